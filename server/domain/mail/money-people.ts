import type { TenantRead } from "@/server/infra/db/tenant-tx";

const MOST = 50;

/** The addresses of a tenant's owners and billing seats: who is told of its money. The transaction acts for that tenant. */
export async function moneyPeople(tx: TenantRead, tenantId: string): Promise<readonly string[]> {
  const people = await tx.$queryRaw<{ email: string }[]>`
    SELECT p.email FROM seat s JOIN person p ON p.id = s.user_id WHERE s.tenant_id = ${tenantId}::uuid AND s.role IN ('owner', 'billing')
    ORDER BY p.email LIMIT ${MOST}::int`;
  return people.map(({ email }) => email);
}
