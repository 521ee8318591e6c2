import { commonParts } from "@/server/auth/common-passwords";
import { passwordProblem } from "@/server/auth/password.rules";
import { hashPassword } from "@/server/auth/passwords";
import { change } from "@/server/domain/audit/change";
import { acceptInvitation, getInvitation, type OpenInvitation } from "@/server/domain/tenancy/invitations";
import type { Db } from "@/server/infra/db/client";
import { DomainError } from "@/server/kernel/errors";

type Acceptance = Readonly<{ token: string; name: string; password?: string | undefined }>;
type From = Readonly<{ requestId: string; address: string }>;

/**
 * Takes the seat that an invitation offers; somebody new chooses a password, somebody known keeps theirs.
 * @returns where they now have a seat, and the address to sign in with.
 * @throws DomainError invitation_invalid for a link that is used up, expired or unknown.
 * @throws DomainError invalid_input with the field "password" for one that is missing or too easy; the link stays valid.
 */
export async function join(
  db: Db,
  { token, name, password }: Acceptance,
  from: From,
): Promise<{ tenantSlug: string; email: string }> {
  const invitation = await getInvitation(db, token);
  const passwordHash = invitation.hasPassword ? null : await chosen(password, name, invitation);
  const actor = { kind: "anonymous", id: "invitation", ...from } as const;
  return change(db, { tenantId: invitation.tenantId, actor, action: "member.join" }, async (tx) => {
    const userId = await acceptInvitation(tx, { token, name, passwordHash });
    const { email, role, tenantSlug } = invitation;
    return { subject: `person:${userId}`, after: { email, role }, result: { tenantSlug, email } };
  });
}

function chosen(password: string | undefined, name: string, { email, tenantName }: OpenInvitation): Promise<string> {
  const problem = passwordProblem(password ?? "", { email, names: [name, tenantName], common: commonParts });
  if (password === undefined || problem)
    throw new DomainError("invalid_input", { field: "password" }, problem ?? "Choose a password.");
  return hashPassword(password);
}
