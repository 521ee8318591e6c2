import { createHash } from "node:crypto";
import { z } from "zod";

import type { Context } from "@/server/api/context";
import { noteWrongToken } from "@/server/api/refused";
import { problemOf, type Refusal, refusalIn } from "@/server/api/rest/problem";
import { type Allowance, createRateLimit } from "@/server/api/rest/rate-limit";
import type { Asked, Route } from "@/server/api/rest/route";
import { findRoute } from "@/server/api/rest/routes";
import { createCaller } from "@/server/api/root";
import { bannedError } from "@/server/domain/bans/web-ban";
import { postingKeySchema } from "@/server/domain/billing/billing.schema";
import { type Answered, answerOnce } from "@/server/domain/tokens/answers";
import { seatOfToken } from "@/server/domain/tokens/token-seat";
import { tokenBehind, type UsedToken } from "@/server/domain/tokens/tokens";
import { DomainError } from "@/server/kernel/errors";
import type { SessionId } from "@/server/kernel/ids";

const MOST_BODY = 100_000;
const perToken = createRateLimit(600);
const perStranger = createRateLimit(60);

type Head = Record<string, string>;
type Limits = Readonly<{ perToken: typeof perToken; perStranger: typeof perStranger }>;

/**
 * Answers a program's request: reads the token, the address and what was sent, calls the procedure that the portal calls, and
 * says what came of it. A cookie is never looked at.
 * @param parts of the address below /api/v1.
 */
export async function restDoor(
  base: Context,
  request: Request,
  parts: readonly string[],
  limits: Limits = { perToken, perStranger },
): Promise<Response> {
  const head: Head = { "x-request-id": base.requestId, "cache-control": "private, no-store" };
  const where = { appUrl: base.settings.appUrl, instance: new URL(request.url).pathname, requestId: base.requestId };
  const refused = (refusal: Refusal) =>
    new Response(JSON.stringify(problemOf(refusal, where)), {
      status: refusal.status,
      headers: { ...head, "content-type": "application/problem+json" },
    });
  try {
    if (base.ban) throw bannedError(base.ban);
    const { token, text } = await tokenIn(base, request, head, limits.perStranger);
    count(limits.perToken.take(token.id), head);
    const found = findRoute(request.method, parts);
    if ("allow" in found) {
      if (found.allow.length === 0) throw new DomainError("not_found");
      head["allow"] = [...new Set(found.allow)].join(", ");
      return refused({ status: 405, code: "method_not_allowed", detail: `This address knows ${head["allow"]}.` });
    }
    const ctx = contextOf(base, token);
    const { asked, raw } = await askedIn(request, found.route, found.params, token);
    const answer = await (found.route.method === "GET"
      ? done(ctx, found.route, asked)
      : once({ ctx, token, text, route: found.route, asked, raw, where, head }));
    return new Response(answer.body, {
      status: answer.status,
      headers: { ...head, "content-type": answer.status >= 400 ? "application/problem+json" : "application/json" },
    });
  } catch (error) {
    return refused(refusalOf(error, base, request));
  }
}

function refusalOf(error: unknown, { log, requestId }: Context, request: Request): Refusal {
  const refusal = refusalIn(error);
  if (refusal) return refusal;
  log.error({ error, requestId, path: new URL(request.url).pathname }, "a request of a program failed");
  return { status: 500, code: "internal", detail: "Something went wrong." };
}

async function tokenIn(
  base: Context,
  request: Request,
  head: Head,
  strangers: typeof perStranger,
): Promise<{ token: UsedToken; text: string }> {
  const text = /^Bearer +(\S+)$/i.exec(request.headers.get("authorization") ?? "")?.[1] ?? "";
  const token = await tokenBehind(base.db, text, base.address);
  // A seat that is gone takes its tokens with it, as if they had never been.
  const seat = token && (await seatOfToken(base.db, token, token.tenantSlug));
  if (token && seat) return { token, text };
  head["www-authenticate"] = "Bearer";
  noteWrongToken(base, text === "" ? "none" : "unknown");
  count(strangers.take(base.address), head);
  throw new DomainError("unauthenticated", {}, "Send a token that holds: Authorization: Bearer rft_….");
}

function count({ ok, most, left, resetS }: Allowance, head: Head): void {
  head["ratelimit-policy"] = `"minute";q=${most};w=60`;
  head["ratelimit"] = `"minute";r=${left};t=${resetS}`;
  if (ok) return;
  head["retry-after"] = String(resetS);
  throw new DomainError(
    "rate_limited",
    { waitS: resetS },
    `At most ${most} requests a minute. Wait ${resetS} seconds.`,
  );
}

const contextOf = (base: Context, token: UsedToken): Context => ({
  ...base,
  token,
  signedIn: {
    // It is none: what asks for a person in person refuses tokens, and what asks who one is once more finds it long ago.
    sessionId: token.id as SessionId,
    userId: token.userId,
    email: token.email,
    name: token.personName,
    authenticatedAt: new Date(0),
    factorAt: token.factorAt,
  },
});

const tenantSchema = z.string().min(1).max(63);

async function askedIn(
  request: Request,
  route: Route,
  params: Asked["params"],
  token: UsedToken,
): Promise<{ asked: Asked; raw: string }> {
  const { tenant, ...query } = Object.fromEntries(new URL(request.url).searchParams);
  const strict = (route.query ?? z.object({})).strict().safeParse(query);
  if (!strict.success) throw strict.error;
  const raw = route.method === "GET" ? "" : await request.text();
  if (raw.length > MOST_BODY) throw new DomainError("too_large", {}, `A body has at most ${MOST_BODY} letters.`);
  const body = bodyIn(raw, route);
  const key = route.method === "GET" ? "" : keyIn(request);
  const tenantSlug = tenant === undefined ? token.tenantSlug : tenantSchema.parse(tenant);
  return { asked: { tenantSlug, params, query, body, key }, raw };
}

/** The body as it was sent: the procedure reads it by the same schemas, so it is checked here and passed on as it is. */
function bodyIn(raw: string, route: Route): Record<string, unknown> {
  if (!route.body) {
    if (raw.trim() === "" || raw.trim() === "{}") return {};
    throw new DomainError("invalid_input", {}, "This address takes no body.");
  }
  let value: unknown;
  try {
    value = JSON.parse(raw);
  } catch {
    throw new DomainError("invalid_input", {}, "The body is no JSON.");
  }
  const checked = route.body.strict().safeParse(value);
  if (!checked.success) throw checked.error;
  return value as Record<string, unknown>;
}

function keyIn(request: Request): string {
  const sent = request.headers.get("idempotency-key");
  if (sent === null)
    throw new DomainError(
      "invalid_input",
      { header: "Idempotency-Key" },
      "A change wants the header Idempotency-Key: a text of your choice, new for each change.",
    );
  const key = postingKeySchema.safeParse(sent);
  if (!key.success)
    throw new DomainError(
      "invalid_input",
      { header: "Idempotency-Key" },
      `Idempotency-Key: ${key.error.issues[0]?.message ?? "not allowed"}`,
    );
  return key.data;
}

type Once = Readonly<{
  ctx: Context;
  token: UsedToken;
  text: string;
  route: Route;
  asked: Asked;
  raw: string;
  where: Readonly<{ appUrl: string; instance: string; requestId: string }>;
  head: Head;
}>;

/** A change is done once for each key. What it is refused for is an answer like any other, and the same for a repeat. */
async function once({ ctx, token, text, route, asked, raw, where, head }: Once): Promise<Answered> {
  const request = JSON.stringify([route.method, where.instance, asked.tenantSlug, asked.query, raw]);
  const answer = await answerOnce({ db: ctx.db, token, tokenText: text, key: asked.key, request }, () =>
    done(ctx, route, asked).catch((error: unknown) => {
      const refusal = refusalIn(error);
      if (!refusal) throw error;
      return { status: refusal.status, body: JSON.stringify(problemOf(refusal, where)) };
    }),
  );
  if (answer.repeated) head["idempotency-replayed"] = "true";
  return answer;
}

/** Two programs that happen to choose one key mean two things: the money moves for each. */
const keyOfMoney = ({ token }: Context, key: string): string =>
  key && createHash("sha256").update(`${token?.id}:${key}`).digest("hex");

async function done(ctx: Context, route: Route, asked: Asked): Promise<Answered> {
  const [router = "", name = ""] = route.procedure.split(".");
  const caller = createCaller(ctx) as unknown as Record<string, Record<string, (input: unknown) => Promise<unknown>>>;
  const call = caller[router]?.[name];
  if (!call) throw new Error(`there is no procedure ${route.procedure}`);
  const output = await call({
    ...route.input?.({ ...asked, key: keyOfMoney(ctx, asked.key) }),
    tenantSlug: asked.tenantSlug,
  });
  return { status: route.status ?? 200, body: JSON.stringify(route.answer.parse(route.shape(output, asked))) };
}
