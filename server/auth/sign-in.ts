import type { Attempts } from "@/server/auth/attempts";
import { SESSION_HOURS } from "@/server/auth/cookie";
import { deviceOf } from "@/server/auth/device";
import { verifyPassword } from "@/server/auth/passwords";
import type { Actor } from "@/server/domain/audit/change";
import { countFailures } from "@/server/domain/bans/automatic";
import { bannedError, webBanOf } from "@/server/domain/bans/web-ban";
import {
  findSignIn,
  openSession,
  type Place,
  recordFailedSignIn,
  signInPlaces,
} from "@/server/domain/tenancy/sessions";
import type { Db } from "@/server/infra/db/client";
import { DomainError } from "@/server/kernel/errors";
import type { SessionId, UserId } from "@/server/kernel/ids";

/** `notify`: what a mail about a new device needs; without it none is written. */
export type SignInDeps = Readonly<{ db: Db; attempts: Attempts; notify?: Readonly<{ appUrl: string }> | undefined }>;
export type Credentials = Readonly<{ email: string; password: string }>;
type From = Place & Readonly<{ requestId: string }>;

/**
 * Checks a password and opens a session.
 * @returns undefined for a wrong address and for a wrong password alike, after the same time.
 * @throws DomainError banned for an address that is banned, and rate_limited with the seconds to wait, before the password
 *   is looked at.
 */
export async function signIn(
  { db, attempts, notify }: SignInDeps,
  { email, password }: Credentials,
  from: From,
): Promise<{ userId: UserId; sessionId: SessionId } | undefined> {
  const ban = await webBanOf(db, from.address);
  if (ban) throw bannedError(ban);
  const seconds = await attempts.begin(from.address, email, () => signInPlaces(db, email));
  if (seconds > 0) throw new DomainError("rate_limited", { seconds });
  const person = await findSignIn(db, email);
  const right = await verifyPassword(person?.passwordHash, password);
  const actor = (userId: UserId | undefined): Actor => ({
    kind: userId ? "user" : "anonymous",
    id: userId ?? "anonymous",
    requestId: from.requestId,
    address: from.address,
    ...(userId ? { userId } : {}),
  });
  if (!right || !person) {
    await recordFailedSignIn(db, person?.userId, actor(undefined));
    const { address, requestId } = from;
    await countFailures(db, { scope: "web", address, failures: 1, at: new Date(), requestId });
    return undefined;
  }
  await attempts.succeeded(from.address, email);
  const { userId } = person;
  const sessionId = await openSession(db, {
    userId,
    hours: SESSION_HOURS,
    place: { address: from.address, userAgent: from.userAgent, device: deviceOf(from) },
    actor: actor(userId),
    notice: notify && { email, appUrl: notify.appUrl },
  });
  return { userId, sessionId };
}
