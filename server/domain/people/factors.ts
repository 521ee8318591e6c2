import { queueMail } from "@/server/domain/mail/mail";
import { newRecoveryCodes, readRecoveryCode, recoveryDigest } from "@/server/domain/people/recovery-code.rules";
import { type FactorKeys, seal, unseal } from "@/server/domain/people/seal.rules";
import { base32Of, newTotpSecret, stepOfCode, totpUri } from "@/server/domain/people/totp.rules";
import type { Db } from "@/server/infra/db/client";
import type { TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { SessionId, TenantId, UserId } from "@/server/kernel/ids";
import { t } from "@/server/kernel/words";

export type Factors = Readonly<{
  /** Since when an authenticator app is set up; null without one. */
  totpSince: Date | null;
  recoveryCodesLeft: number;
  passkeys: number;
  /** The password is good only beside a second factor. */
  passwordShort: boolean;
}>;

type Row = { totp_since: Date | null; codes_left: number; passkeys: number; password_short: boolean };

/** What a person has beside the password. Only signing in and the person themselves may ask. */
export async function factorsOf(db: Db | TenantWrite, userId: UserId): Promise<Factors> {
  const [row] = await db.$queryRaw<Row[]>`
    SELECT totp_since, codes_left, passkeys, password_short FROM factors_of(${userId}::uuid)`;
  if (!row) throw new DomainError("not_found");
  return {
    totpSince: row.totp_since,
    recoveryCodesLeft: row.codes_left,
    passkeys: row.passkeys,
    passwordShort: row.password_short,
  };
}

/** Whether signing in takes a second step. */
export const hasFactor = ({ totpSince, passkeys }: Factors): boolean => totpSince !== null || passkeys > 0;

type Owner = Readonly<{ userId: UserId; email: string }>;

/**
 * Makes a secret for an authenticator app. It counts once a code has proven that the app has it; one in use stays until then.
 * @returns the secret in the clear, this once.
 */
export async function beginTotp(
  tx: TenantWrite,
  keys: FactorKeys,
  { userId, email }: Owner,
  issuer?: string,
): Promise<{ secretOnce: string; uri: string }> {
  const secret = newTotpSecret();
  await tx.$queryRaw`SELECT totp_begin(${userId}::uuid, ${seal(keys.seal, userId, secret)})::text`;
  return { secretOnce: base32Of(secret), uri: totpUri(secret, email, issuer) };
}

async function storedTotp(db: Db | TenantWrite, userId: UserId) {
  const [row] = await db.$queryRaw<{ sealed: Uint8Array | null; pending: Uint8Array | null }[]>`
    SELECT sealed, pending FROM totp_read(${userId}::uuid)`;
  return row;
}

/**
 * Puts the app to use whose secret was shown last, when the code is right. The code is used up with it.
 * @throws DomainError invalid_input with the field "code" for a wrong one; invalid_state when no secret was shown.
 */
export async function confirmTotp(tx: TenantWrite, keys: FactorKeys, userId: UserId, code: string): Promise<void> {
  const pending = (await storedTotp(tx, userId))?.pending;
  const secret = pending && unseal(keys.seal, userId, pending);
  if (!pending || !secret) throw new DomainError("invalid_state", {}, "Begin with a new code to scan.");
  const step = stepOfCode(secret, code, Date.now());
  if (step === undefined) {
    const sentence = "This is not the code of now: check the clock of your phone, and take the next one.";
    throw new DomainError("invalid_input", { field: "code" }, sentence);
  }
  const [row] = await tx.$queryRaw<{ done: boolean }[]>`
    SELECT totp_confirm(${userId}::uuid, ${Uint8Array.from(pending)}, ${step}::bigint) AS done`;
  if (!row?.done) throw new DomainError("conflict");
}

/**
 * Whether a code of the person's app is right; it is worth nothing afterwards. Of two at once with one code one is right.
 */
export async function takeTotp(db: Db, keys: FactorKeys, userId: UserId, code: string): Promise<boolean> {
  const sealed = (await storedTotp(db, userId))?.sealed;
  const secret = sealed && unseal(keys.seal, userId, sealed);
  const step = secret ? stepOfCode(secret, code, Date.now()) : undefined;
  if (step === undefined) return false;
  const [row] = await db.$queryRaw<{ taken: boolean }[]>`
    SELECT totp_take(${userId}::uuid, ${step}::bigint) AS taken`;
  return row?.taken ?? false;
}

/** Whether a recovery code is right; it is used up with that, also for others who use it at the same moment. */
export async function takeRecoveryCode(db: Db, keys: FactorKeys, userId: UserId, typed: string): Promise<boolean> {
  const code = readRecoveryCode(typed);
  if (code === undefined) return false;
  const [row] = await db.$queryRaw<{ taken: boolean }[]>`
    SELECT recovery_take(${userId}::uuid, ${recoveryDigest(keys.digest, userId, code)}) AS taken`;
  return row?.taken ?? false;
}

/** Makes ten new recovery codes; the earlier ones are worth nothing any more. @returns them in the clear, this once. */
export async function renewRecoveryCodes(
  tx: TenantWrite,
  keys: FactorKeys,
  userId: UserId,
): Promise<readonly string[]> {
  const codes = newRecoveryCodes();
  const digests = codes.map((code) => recoveryDigest(keys.digest, userId, code.replaceAll("-", "")));
  await tx.$queryRaw`SELECT recovery_replace(${userId}::uuid, ${digests}::bytea[])::text`;
  return codes;
}

/**
 * Takes the app away.
 * @throws DomainError not_found without one; invalid_state when it is the last factor and the password is too short alone.
 */
export async function removeTotp(tx: TenantWrite, userId: UserId): Promise<void> {
  const { passwordShort, passkeys } = await factorsOf(tx, userId);
  if (passwordShort && passkeys === 0) throw shortPassword();
  await tx.$queryRaw`SELECT totp_remove(${userId}::uuid)::text`;
}

const shortPassword = () =>
  new DomainError("invalid_state", {}, "Your password is too short to stand alone: choose a longer one first.");

/** The operator's way when a person lost everything. @returns whether the password has to be set anew as well. */
export async function resetFactors(tx: TenantWrite, userId: UserId): Promise<boolean> {
  const [row] = await tx.$queryRaw<{ short: boolean }[]>`SELECT factors_reset(${userId}::uuid) AS short`;
  return row?.short ?? false;
}

/** Notes that the person of a session showed again who they are. */
export async function noteShown(
  tx: TenantWrite,
  { userId, sessionId, factor }: Readonly<{ userId: UserId; sessionId: SessionId; factor: boolean }>,
): Promise<void> {
  await tx.$queryRaw`SELECT session_shown(${userId}::uuid, ${sessionId}::uuid, ${factor})::text`;
}

/** Tells a person what was done to their second factor: the owner hears of what they did not do themselves. */
export const mailFactor = (
  tx: TenantWrite,
  tenantId: TenantId,
  { email, what, appUrl }: Readonly<{ email: string; what: () => string; appUrl: string }>,
): Promise<string> =>
  queueMail(tx, tenantId, {
    to: email,
    subject: () => t("Your second factor"),
    text: () =>
      [
        what(),
        t("If that was not you, look at {page} at once, and choose a new password.", { page: `${appUrl}/account` }),
      ].join("\n\n"),
  });
