import type { Attempts } from "@/server/auth/attempts";
import { checkedHash, verifyPassword } from "@/server/auth/passwords";
import { type Actor, changeOfPerson, recordRefusalOfPerson } from "@/server/domain/audit/change";
import { recordedHere } from "@/server/domain/audit/recorded";
import { factorsOf, hasFactor } from "@/server/domain/people/factors";
import { mailPasswordChanged, replacePassword } from "@/server/domain/people/passwords";
import { findSignIn, signInPlaces } from "@/server/domain/tenancy/sessions";
import type { Db } from "@/server/infra/db/client";
import { DomainError } from "@/server/kernel/errors";
import type { SessionId, UserId } from "@/server/kernel/ids";

type Deps = Readonly<{ db: Db; attempts: Attempts; appUrl: string }>;
type Person = Readonly<{ userId: UserId; sessionId: SessionId; email: string; name: string }>;

/**
 * Changes one's own password by showing the present one. Every other session ends, and the person is told by mail.
 * @throws DomainError invalid_input with the field "current" for a wrong one, "password" for one that is too easy or the same.
 * @throws DomainError rate_limited before the present one is looked at; conflict when it changed at the same moment.
 */
export async function changePassword(
  { db, attempts, appUrl }: Deps,
  { userId, sessionId, email, name }: Person,
  { current, password }: Readonly<{ current: string; password: string }>,
  actor: Actor,
): Promise<void> {
  const by = { userId, actor, action: "password.change" } as const;
  const seconds = await attempts.begin(actor.address ?? "", email, () => signInPlaces(db, email));
  if (seconds > 0) throw new DomainError("rate_limited", { seconds });
  const known = await findSignIn(db, email);
  if (!(await verifyPassword(known?.passwordHash, current)) || !known?.passwordHash) {
    await recordRefusalOfPerson(db, by, { subject: `person:${userId}`, outcome: "failed" });
    const sentence = "This is not your present password.";
    throw recordedHere(new DomainError("invalid_input", { field: "current" }, sentence));
  }
  await attempts.succeeded(actor.address ?? "", email);
  if (current === password) {
    throw new DomainError("invalid_input", { field: "password" }, "That is the password you have already.");
  }
  const withFactor = hasFactor(await factorsOf(db, userId));
  const { hash: newHash, short } = await checkedHash(password, { email, names: [name], withFactor });
  const oldHash = known.passwordHash;
  await changeOfPerson(db, by, async (tx, home) => {
    await replacePassword(tx, { userId, oldHash, newHash, short, keep: sessionId });
    await mailPasswordChanged(tx, home, { email, appUrl });
    return { subject: `person:${userId}`, result: undefined };
  });
}
