import { createHash, randomBytes } from "node:crypto";

import { SIP_REALM } from "@/server/domain/provisioning/digest.rules";
import type { Db } from "@/server/infra/db/client";
import type { SqlPool } from "@/server/infra/db/pool";
import type { TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { ExtensionId, SessionId, TenantId } from "@/server/kernel/ids";

/** What a page needs to be a phone. The secret is nowhere else in the clear, and is worth nothing in minutes. */
export type BrowserPhone = Readonly<{
  /** The name it registers and calls with. */
  name: string;
  /** MD5 of `name:realm:secret`, which is all that answering a challenge takes. */
  ha1Once: string;
  realm: string;
  /** Its end, unless the page asks for more before. */
  expiresAt: Date;
}>;

/** Why an extension may have no phone in a browser now, as browser_phone_open of the database says it. */
const refusals: Readonly<Record<string, readonly ["invalid_state" | "forbidden" | "unauthenticated", string]>> = {
  session: ["unauthenticated", "Your session has ended."],
  suspended: ["invalid_state", "This extension is suspended, so it has no phone in the browser. Resume it first."],
  stopped: ["invalid_state", "Calls of this extension are stopped. Whoever stopped them can let it call again."],
  network: [
    "forbidden",
    "Phones of this extension may come from its listed networks only, and this browser is in none.",
  ],
};

/**
 * Makes a phone for one page: a name and a credential of its own, for five minutes. Five at once per extension; the oldest
 * goes when a sixth comes. Each request makes another one. Locks the extension.
 * @throws DomainError not_found when the extension is not this tenant's.
 * @throws DomainError invalid_state while the extension or the tenant is suspended, or its calls are stopped.
 * @throws DomainError unauthenticated when the sign-in is over.
 * @throws DomainError forbidden when the browser is outside of the networks that the extension's phones may come from.
 */
export async function openBrowserPhone(
  tx: TenantWrite,
  of: Readonly<{ extensionId: ExtensionId; sipUsername: string; sessionId: SessionId; address: string }>,
): Promise<BrowserPhone> {
  const suffix = `w${randomBytes(6).toString("hex")}`;
  const name = `${of.sipUsername}.${suffix}`;
  const secret = randomBytes(24).toString("base64url");
  const ha1Once = createHash("md5").update(`${name}:${SIP_REALM}:${secret}`).digest("hex");
  const [row] = await tx.$queryRaw<{ refusal: string | null; expiresAt: Date | null }[]>`
    SELECT refusal, expires_at AS "expiresAt"
    FROM browser_phone_open(${of.extensionId}::uuid, ${of.sessionId}::uuid, ${suffix}, ${`MD5:${ha1Once}`}, ${of.address})`;
  if (row?.expiresAt) return { name, ha1Once, realm: SIP_REALM, expiresAt: row.expiresAt };
  const [code, sentence] = refusals[row?.refusal ?? ""] ?? (["invalid_state", "No phone could be made."] as const);
  throw new DomainError(code, { extensionId: of.extensionId, why: row?.refusal ?? "" }, sentence);
}

/**
 * Gives a phone five minutes more, as a sign of life of its page: nothing for the trail, like the last moment of a sign-in.
 * @returns its new end; undefined when it is over (its time, its sign-in, or its extension), and then it stays so.
 */
export async function keepBrowserPhone(
  db: Db,
  of: Readonly<{ tenantId: TenantId; sessionId: SessionId; name: string }>,
): Promise<Date | undefined> {
  const [row] = await db.$queryRaw<{ until: Date | null }[]>`
    SELECT browser_phone_keep(${of.tenantId}::uuid, ${of.sessionId}::uuid, ${of.name}) AS until`;
  return row?.until ?? undefined;
}

/** Takes away a phone of this sign-in, with where it is registered. Safe to repeat. @returns whether there was one. */
export async function closeBrowserPhone(tx: TenantWrite, sessionId: SessionId, name: string): Promise<boolean> {
  const [row] = await tx.$queryRaw<{ n: number }[]>`SELECT browser_phone_close(${sessionId}::uuid, ${name}) AS n`;
  return (row?.n ?? 0) > 0;
}

/** Forgets phones that are over; the telephone system refuses them already. @returns how many, at most a thousand. */
export async function sweepBrowserPhones(pool: SqlPool): Promise<number> {
  const [row] = await pool.query<{ n: number }>("browser_phones_sweep", "SELECT browser_phones_sweep() AS n", []);
  return row?.n ?? 0;
}

/** Where the browser of a phone is, as the portal saw it; undefined when the phone is gone. */
export async function browserPhoneAddress(pool: SqlPool, name: string): Promise<string | undefined> {
  const text = "SELECT browser_phone_address($1) AS address";
  const [row] = await pool.query<{ address: string | null }>("browser_phone_address", text, [name]);
  return row?.address ?? undefined;
}
