import { checkPasskey } from "@/server/auth/passkeys";
import { verifyPassword } from "@/server/auth/passwords";
import { checkCode, type FactorDeps } from "@/server/auth/second-factor";
import { type Actor, changeOfPerson, recordRefusalOfPerson } from "@/server/domain/audit/change";
import { recordedHere } from "@/server/domain/audit/recorded";
import type { PasskeyAnswer } from "@/server/domain/people/factor.schema";
import { factorsOf, hasFactor, noteShown } from "@/server/domain/people/factors";
import { findSignIn, signInPlaces } from "@/server/domain/tenancy/sessions";
import { DomainError } from "@/server/kernel/errors";
import type { SessionId, UserId } from "@/server/kernel/ids";

type Person = Readonly<{ userId: UserId; sessionId: SessionId; email: string }>;
type Shown = Readonly<{
  password?: string | undefined;
  code?: string | undefined;
  passkey?: PasskeyAnswer | undefined;
}>;

/**
 * Asks a person who is signed in who they are, before something that cannot be taken back: by the second factor when there is
 * one, else by the password. From then on the session counts as fresh.
 * @throws DomainError invalid_input with the field "code" or "password" for a wrong or missing one; rate_limited.
 */
export async function reauthenticate(
  deps: FactorDeps,
  { userId, sessionId, email }: Person,
  shown: Shown,
  actor: Actor,
): Promise<void> {
  const { db } = deps;
  const by = { userId, actor, action: "session.reauthenticate" } as const;
  const factor = hasFactor(await factorsOf(db, userId));
  const from = { requestId: actor.requestId, address: actor.address ?? "" };
  const right = shown.passkey
    ? (await checkPasskey(deps, `again:${userId}`, shown.passkey))?.userId === userId
    : factor
      ? await checkCode(deps, { userId, email, code: shown.code ?? "" }, from)
      : await checkPassword(deps, email, shown.password ?? "", from.address);
  if (!right) {
    await recordRefusalOfPerson(db, by, { subject: `person:${userId}`, outcome: "failed" });
    throw recordedHere(wrongOf(shown, factor));
  }
  await changeOfPerson(db, by, async (tx) => {
    await noteShown(tx, { userId, sessionId, factor });
    return {
      subject: `person:${userId}`,
      after: { by: shown.passkey ? "passkey" : factor ? "code" : "password" },
      result: undefined,
    };
  });
}

function wrongOf({ passkey }: Shown, factor: boolean): DomainError {
  if (passkey) return new DomainError("invalid_input", {}, "This passkey did not fit; try once more.");
  return factor
    ? new DomainError("invalid_input", { field: "code" }, "This code is wrong, or was used already.")
    : new DomainError("invalid_input", { field: "password" }, "This is not your password.");
}

async function checkPassword({ db, attempts }: FactorDeps, email: string, password: string, address: string) {
  const seconds = await attempts.begin(address, email, () => signInPlaces(db, email));
  if (seconds > 0) throw new DomainError("rate_limited", { seconds });
  const right = await verifyPassword((await findSignIn(db, email))?.passwordHash, password);
  if (right) await attempts.succeeded(address, email);
  return right;
}
