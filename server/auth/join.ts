import type { Attempts } from "@/server/auth/attempts";
import { checkedHash, verifyPassword } from "@/server/auth/passwords";
import { change } from "@/server/domain/audit/change";
import { recordedHere } from "@/server/domain/audit/recorded";
import { acceptInvitation, getInvitation, type OpenInvitation } from "@/server/domain/tenancy/invitations";
import { findSignIn, recordFailedSignIn, signInPlaces } from "@/server/domain/tenancy/sessions";
import type { Db } from "@/server/infra/db/client";
import { DomainError } from "@/server/kernel/errors";

type Acceptance = Readonly<{ token: string; name: string; password?: string | undefined }>;
type From = Readonly<{ requestId: string; address: string }>;
type Deps = Readonly<{ db: Db; attempts: Attempts }>;

/**
 * Takes the seat that an invitation offers; somebody new chooses a password, somebody known shows theirs and keeps it.
 * @returns where they now have a seat, and the address to sign in with.
 * @throws DomainError invitation_invalid for a link that is used up, expired or unknown.
 * @throws DomainError invalid_input with the field "password" for one that is missing, too easy, or not that of the
 * account; the link stays valid.
 * @throws DomainError rate_limited with the seconds to wait, before the password of an account is looked at.
 * @throws DomainError invalid_state when somebody else made the account in this very moment.
 */
export async function join(
  { db, attempts }: Deps,
  { token, name, password }: Acceptance,
  from: From,
): Promise<{ tenantSlug: string; email: string }> {
  const invitation = await getInvitation(db, token);
  const passwordHash = invitation.hasPassword ? null : await chosen(password, name, invitation);
  if (invitation.hasPassword) await prove({ db, attempts }, invitation.email, password ?? "", from);
  const actor = { kind: "anonymous", id: "invitation", ...from } as const;
  return change(db, { tenantId: invitation.tenantId, actor, action: "member.join" }, async (tx) => {
    const userId = await acceptInvitation(tx, { token, name, passwordHash });
    const { email, role, tenantSlug } = invitation;
    return { subject: `person:${userId}`, after: { email, role }, result: { tenantSlug, email } };
  });
}

/**
 * Whoever invites an address sees the link, and may have made the account of it as well. So a link alone puts no account
 * on a tenant: a person's account moves when that person says so, and nobody waits with one for somebody else's seat.
 */
async function prove({ db, attempts }: Deps, email: string, password: string, from: From): Promise<void> {
  const seconds = await attempts.begin(from.address, email, () => signInPlaces(db, email));
  if (seconds > 0) throw new DomainError("rate_limited", { seconds });
  const person = await findSignIn(db, email);
  if (!(await verifyPassword(person?.passwordHash, password))) {
    await recordFailedSignIn(db, person?.userId, { kind: "anonymous", id: "invitation", ...from });
    const sentence = "This is not the password of your account.";
    throw recordedHere(new DomainError("invalid_input", { field: "password" }, sentence));
  }
  await attempts.succeeded(from.address, email);
}

async function chosen(
  password: string | undefined,
  name: string,
  { email, tenantName }: OpenInvitation,
): Promise<string> {
  if (!password) throw new DomainError("invalid_input", { field: "password" }, "Choose a password.");
  return (await checkedHash(password, { email, names: [name, tenantName] })).hash;
}
