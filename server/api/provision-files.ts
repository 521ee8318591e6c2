import type { Context } from "@/server/api/context";
import type { ProvisionGate } from "@/server/auth/provision-gate";
import { type Actor, change } from "@/server/domain/audit/change";
import { deskFileOf } from "@/server/domain/provisioning/desk-file.rules";
import {
  deskSettings,
  type FoundDeskPhone,
  findDeskPhone,
  noteFetch,
  refuseDeskPhone,
} from "@/server/domain/provisioning/desk-phones";
import { linkTenant, type SipServer, takeLink } from "@/server/domain/provisioning/links";
import { fitsDigest, isToken } from "@/server/domain/provisioning/sealed.rules";
import { readTenant } from "@/server/infra/db/read-tenant";
import { DomainError } from "@/server/kernel/errors";

export type ProvisionContext = Pick<
  Context,
  "db" | "address" | "ban" | "requestId" | "log" | "publish" | "settings"
> & {
  readonly gate: ProvisionGate;
};

const XML = "application/xml; charset=utf-8";
const NOT_HERE = "There is nothing here.\n";

const answer = (status: number, text: string, more: Readonly<Record<string, string>> = {}): Response =>
  new Response(text, {
    status,
    headers: {
      "content-type": "text/plain; charset=utf-8",
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
      ...more,
    },
  });

/** Wrong, used up, revoked, past, malformed, banned: one answer, byte for byte. */
const notHere = (): Response => answer(404, NOT_HERE);
const later = (seconds: number): Response => answer(429, "Too many tries. Wait.\n", { "retry-after": String(seconds) });

const sipOf = ({ settings }: ProvisionContext): SipServer => ({
  server: settings.sipDomain,
  port: settings.sipPort,
  transport: settings.sipTransport,
});

const strangerOf = ({ address, requestId }: ProvisionContext): Actor => ({
  kind: "anonymous",
  id: "phone",
  requestId,
  address,
});

/** Gives an app its account, once for each device that the link is for. The token is written nowhere. */
export async function provisionLink(ctx: ProvisionContext, token: string, headers: Headers): Promise<Response> {
  if (ctx.ban) return notHere();
  const wait = await ctx.gate.begin(ctx.address);
  if (wait > 0) return later(wait);
  if (!isToken(token)) return notHere();
  const tenantId = await linkTenant(ctx.db, token);
  if (!tenantId) return notHere();
  const caller = { token, address: ctx.address, userAgent: agentOf(headers), sip: sipOf(ctx) };
  try {
    const by = { tenantId, actor: strangerOf(ctx), action: "extension.use_link" } as const;
    const text = await change(ctx.db, by, async (tx) => {
      const { linkId, extensionId, text } = await takeLink(tx, tenantId, caller);
      const after = { link: linkId, userAgent: caller.userAgent };
      return { subject: `extension:${extensionId}`, after, result: text };
    });
    await ctx.gate.succeeded(ctx.address);
    for (const kind of ["extensions", "audit"] as const) ctx.publish({ tenantId, kind });
    return answer(200, text, { "content-type": XML });
  } catch (error) {
    if (error instanceof DomainError && error.code === "not_found") return notHere();
    throw error;
  }
}

/** Printable, one line, and not longer than a list shows. */
const agentOf = (headers: Headers): string =>
  (headers.get("user-agent") ?? "").replaceAll(/[^\x20-\x7e]/g, "?").slice(0, 200);

const challenge = (): Response =>
  answer(401, "Name and password, please.\n", {
    "www-authenticate": 'Basic realm="ringfence settings", charset="UTF-8"',
  });

/** Gives a desk phone its settings. It says who it is with the name and the password that were made for it. */
export async function deskFile(ctx: ProvisionContext, name: string, headers: Headers): Promise<Response> {
  if (ctx.ban) return notHere();
  const given = basicOf(headers.get("authorization"));
  // Every phone asks once without, to be told how.
  if (!given) return challenge();
  const wait = await ctx.gate.begin(ctx.address);
  if (wait > 0) return later(wait);
  const phone = await findDeskPhone(ctx.db, given.login);
  const who = { login: given.login, address: ctx.address, userAgent: agentOf(headers) };
  if (!phone || !fitsDigest(given.password, phone.passwordDigest)) {
    await refused(ctx, { ...who, why: "password" });
    return challenge();
  }
  const file = deskFileOf(name);
  // Phones ask for much that there is not: languages, other makers' forms. That is no try to guess something.
  if (!file || file.vendor !== phone.vendor) {
    await ctx.gate.succeeded(ctx.address);
    return notHere();
  }
  if (file.mac !== null && file.mac !== phone.mac) {
    await refused(ctx, { ...who, why: "mac" });
    return notHere();
  }
  await ctx.gate.succeeded(ctx.address);
  return file.mac === null ? common(phone) : settings(ctx, phone, { ...who, password: given.password });
}

async function refused(ctx: ProvisionContext, what: Parameters<typeof refuseDeskPhone>[1]): Promise<void> {
  const tenantId = await refuseDeskPhone(ctx.db, what);
  if (tenantId) ctx.publish({ tenantId, kind: "security" });
}

/** What all phones of a model have in common: nothing. They want a file all the same before they ask for their own. */
function common({ vendor }: FoundDeskPhone): Response {
  if (vendor === "yealink") return answer(200, "#!version:1.0.0.1\n");
  const body = vendor === "snom" ? "<settings></settings>" : '<gs_provision version="1"></gs_provision>';
  return answer(200, `<?xml version="1.0" encoding="utf-8"?>\n${body}\n`, { "content-type": XML });
}

type Asking = Readonly<{ password: string; address: string; userAgent: string }>;

async function settings(ctx: ProvisionContext, phone: FoundDeskPhone, asking: Asking): Promise<Response> {
  const { tenantId, id, waits } = phone;
  const opening = { id, password: asking.password, sip: sipOf(ctx) };
  try {
    // A phone asks every night: only a fetch that hands the secret out is for the trail, the last one stands in the list.
    const file = waits
      ? await handOut(ctx, phone, { ...asking, ...opening })
      : await fetchAgain(ctx, phone, { ...asking, ...opening });
    for (const kind of ["extensions", "audit"] as const) ctx.publish({ tenantId, kind });
    return answer(200, file.text, { "content-type": file.type });
  } catch (error) {
    if (error instanceof DomainError && error.code === "not_found") return notHere();
    throw error;
  }
}

type HandingOut = Asking & Parameters<typeof deskSettings>[3];

/** One connection after the other: whoever holds one and waits for a second holds up everybody when all do. */
async function fetchAgain(ctx: ProvisionContext, { tenantId, id }: FoundDeskPhone, asking: HandingOut) {
  const fetched = await noteFetch(ctx.db, { ...asking, tenantId, id });
  return readTenant(ctx.db, { tenantId }, (tx) => deskSettings(tx, tenantId, fetched, asking));
}

function handOut(ctx: ProvisionContext, { tenantId, id, mac }: FoundDeskPhone, asking: HandingOut) {
  const by = { tenantId, actor: strangerOf(ctx), action: "extension.fetch_settings" } as const;
  return change(ctx.db, by, async (tx) => {
    const fetched = await noteFetch(tx, { ...asking, tenantId, id });
    const after = { mac, userAgent: asking.userAgent, secret: fetched.sealed ? "handed out" : "kept back" };
    const result = await deskSettings(tx, tenantId, fetched, asking);
    return { subject: `extension:${fetched.extensionId}`, after, result };
  });
}

function basicOf(header: string | null): { login: string; password: string } | undefined {
  const encoded = /^Basic ([A-Za-z0-9+/=]{4,400})$/i.exec(header ?? "")?.[1];
  if (!encoded) return undefined;
  const text = Buffer.from(encoded, "base64").toString("utf8");
  const colon = text.indexOf(":");
  const login = text.slice(0, colon);
  return colon > 0 && /^[a-z0-9]{8,40}$/.test(login) ? { login, password: text.slice(colon + 1) } : undefined;
}
