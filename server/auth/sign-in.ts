import { SESSION_HOURS } from "@/server/auth/cookie";
import { deviceOf } from "@/server/auth/device";
import { checkPasskey } from "@/server/auth/passkeys";
import { verifyPassword } from "@/server/auth/passwords";
import { checkCode, type FactorDeps } from "@/server/auth/second-factor";
import { isUnnamedProxy } from "@/server/auth/socket-address";
import type { Actor } from "@/server/domain/audit/change";
import { countFailures } from "@/server/domain/bans/automatic";
import { bannedError, webBanOf } from "@/server/domain/bans/web-ban";
import { isPersonWithin } from "@/server/domain/brands/door";
import type { PasskeyAnswer } from "@/server/domain/people/factor.schema";
import { factorsOf, hasFactor } from "@/server/domain/people/factors";
import {
  findSignIn,
  openSession,
  type Place,
  recordFailedSignIn,
  signInPlaces,
} from "@/server/domain/tenancy/sessions";
import { DomainError } from "@/server/kernel/errors";
import type { SessionId, UserId } from "@/server/kernel/ids";

/** `notify`: what a mail about a new device needs; without it none is written. */
export type SignInDeps = FactorDeps;
export type Credentials = Readonly<{ email: string; password: string; code?: string | undefined }>;
export type From = Place & Readonly<{ requestId: string }>;
export type SignedIn = Readonly<{ userId: UserId; sessionId: SessionId }>;

/** What keeps a person with the right password out: the second step was not taken yet, or its code is wrong. */
export type SecondStep = "factor_needed" | "code_wrong";

/**
 * Checks a password, and the second factor of whoever has one, and opens a session. Nothing is opened between the two steps:
 * the second sends all of it again.
 * @returns undefined for a wrong address and for a wrong password alike, after the same time.
 * @throws DomainError banned for an address that is banned, and rate_limited with the seconds to wait, before the password
 * or the code is looked at.
 */
export async function signIn(
  deps: SignInDeps,
  { email, password, code }: Credentials,
  from: From,
): Promise<SignedIn | SecondStep | undefined> {
  const { db, attempts } = deps;
  const ban = await webBanOf(db, from.address);
  if (ban) throw bannedError(ban);
  const seconds = await attempts.begin(from.address, email, () => signInPlaces(db, email));
  if (seconds > 0) throw new DomainError("rate_limited", { seconds });
  const person = await findSignIn(db, email);
  const right = await verifyPassword(person?.passwordHash, password);
  // Told apart in the trail of their own tenant only; here it is a wrong password like any other.
  const strange = right && person !== undefined && !(await mayEnter(deps, person.userId));
  if (!right || !person || strange) {
    await noteFailure(deps, person?.userId, from, strange ? "host" : "password");
    return undefined;
  }
  await attempts.succeeded(from.address, email);
  const { userId } = person;
  const needsCode = hasFactor(await factorsOf(db, userId));
  if (needsCode && !code) return "factor_needed";
  if (needsCode && !(await checkCode(deps, { userId, email, code: code ?? "" }, from))) {
    await noteFailure(deps, userId, from, "code");
    return "code_wrong";
  }
  return enter(deps, { userId, email, factor: needsCode }, from);
}

/**
 * Opens a session for whoever holds a passkey: it asks for its owner's finger, face or number, so it is worth both steps.
 * @returns undefined for one that is not known and for every answer that does not fit, alike.
 * @throws DomainError banned, and rate_limited with the seconds to wait, before it is looked at.
 */
export async function signInWithPasskey(
  deps: SignInDeps,
  answer: PasskeyAnswer,
  from: From,
): Promise<SignedIn | undefined> {
  const { db, attempts } = deps;
  const ban = await webBanOf(db, from.address);
  if (ban) throw bannedError(ban);
  const subject = `passkey ${answer.id}`;
  const seconds = await attempts.begin(from.address, subject);
  if (seconds > 0) throw new DomainError("rate_limited", { seconds });
  const person = await checkPasskey(deps, "sign-in", answer);
  if (!person || !(await mayEnter(deps, person.userId))) {
    await noteFailure(deps, undefined, from, "passkey");
    return undefined;
  }
  await attempts.succeeded(from.address, subject);
  return enter(deps, { ...person, factor: true }, from);
}

/** Whether the door that somebody stands at is one of theirs. */
const mayEnter = async ({ db, within }: SignInDeps, userId: UserId): Promise<boolean> =>
  within === undefined || isPersonWithin(db, userId, within);

/** In the trail, and towards a ban of the address, unless everybody comes from there. */
async function noteFailure(
  { db }: SignInDeps,
  userId: UserId | undefined,
  from: From,
  wrong: "password" | "code" | "passkey" | "host",
): Promise<void> {
  await recordFailedSignIn(db, userId, actorOf(from), wrong);
  const { address, requestId } = from;
  if (isUnnamedProxy(address)) return;
  await countFailures(db, { scope: "web", address, failures: 1, at: new Date(), requestId });
}

/** Opens the session of somebody who has shown everything. */
async function enter(
  { db, notify, within }: SignInDeps,
  { userId, email, factor }: Readonly<{ userId: UserId; email: string; factor: boolean }>,
  from: From,
): Promise<SignedIn> {
  const sessionId = await openSession(db, {
    userId,
    hours: SESSION_HOURS,
    place: { address: from.address, userAgent: from.userAgent, device: deviceOf(from) },
    within,
    factor,
    actor: actorOf(from, userId),
    notice: notify && { email, appUrl: notify.appUrl },
  });
  return { userId, sessionId };
}

const actorOf = ({ requestId, address }: From, userId?: UserId): Actor => ({
  kind: userId ? "user" : "anonymous",
  id: userId ?? "anonymous",
  requestId,
  address,
  ...(userId ? { userId } : {}),
});
