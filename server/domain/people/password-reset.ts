import { createHash, randomBytes } from "node:crypto";

import { queueMail } from "@/server/domain/mail/mail";
import type { Db } from "@/server/infra/db/client";
import type { TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId, UserId } from "@/server/kernel/ids";
import { t } from "@/server/kernel/words";

/** Long enough to walk to another room, too short to be found in a mailbox a day later. */
const VALID_MINUTES = 30;
/** 256 bits: the link alone sets a password, so it must be beyond guessing. */
const TOKEN_BYTES = 32;

// Prisma wants bytes in a plain ArrayBuffer, which a Buffer's type does not promise.
const digestOf = (token: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(createHash("sha256").update(token).digest());

/** Where a new password is chosen. The token stands behind the #, so that no server, proxy or log on the way ever sees it. */
const resetUrl = (appUrl: string, token: string): string => `${appUrl}/reset#${token}`;

type Whom = Readonly<{ userId: UserId; email: string; appUrl: string }>;

/**
 * Mails a person a link that sets a new password once, within half an hour. At most three in an hour: further ones send
 * nothing and say so to nobody but the trail. Locks the person.
 * @returns whether a link was sent.
 */
export async function mailReset(
  tx: TenantWrite,
  tenantId: TenantId,
  { userId, email, appUrl }: Whom,
): Promise<boolean> {
  const token = randomBytes(TOKEN_BYTES).toString("base64url");
  const [row] = await tx.$queryRaw<{ sent: boolean }[]>`
    SELECT password_reset_ask(${userId}::uuid, ${digestOf(token)}, ${VALID_MINUTES}::int) AS sent`;
  if (!row?.sent) return false;
  await queueMail(tx, tenantId, {
    to: email,
    subject: () => t("Choose a new password"),
    text: () =>
      [
        t("Somebody, probably you, asked for a new password."),
        t("Open this link to choose one. It works once, for {n, plural, one {# minute} other {# minutes}}:", {
          n: VALID_MINUTES,
        }),
        resetUrl(appUrl, token),
        t("If that was not you, do nothing: your password stays as it is."),
      ].join("\n\n"),
    secret: true,
  });
  return true;
}

/** Makes such a link for somebody who hands it over in person. */
export async function grantReset(tx: TenantWrite, { userId, appUrl }: Omit<Whom, "email">): Promise<string> {
  const token = randomBytes(TOKEN_BYTES).toString("base64url");
  await tx.$queryRaw`SELECT password_reset_grant(${userId}::uuid, ${digestOf(token)}, ${VALID_MINUTES}::int)::text`;
  return resetUrl(appUrl, token);
}

export type OpenReset = Readonly<{ userId: UserId; email: string; name: string; withFactor: boolean }>;

/**
 * Whose password a link sets.
 * @throws DomainError reset_invalid when it was used, has expired, or never was: one answer for all.
 */
export async function getReset(db: Db, token: string): Promise<OpenReset> {
  const [row] = await db.$queryRaw<OpenReset[]>`
    SELECT user_id AS "userId", email, name, with_factor AS "withFactor" FROM password_reset_lookup(${digestOf(token)})`;
  if (!row) throw new DomainError("reset_invalid");
  return row;
}

/**
 * Uses a link up and sets the password, "short" when it is good only beside a second factor; every other link and every session of the person ends. Of two with one link one wins.
 * @throws DomainError reset_invalid when it was used in between; invalid_state for a short one beside no factor.
 */
export async function applyReset(
  tx: TenantWrite,
  token: string,
  { hash, short }: Readonly<{ hash: string; short: boolean }>,
): Promise<void> {
  const [row] = await tx.$queryRaw<{ id: UserId | null }[]>`
    SELECT password_reset_use(${digestOf(token)}, ${hash}, ${short}) AS id`;
  if (!row?.id) throw new DomainError("reset_invalid");
}
