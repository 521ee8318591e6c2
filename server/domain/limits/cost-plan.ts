import { translatingSqlErrors } from "@/server/infra/db/sql-error";
import type { TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";

/**
 * Says which plan of the operator's own tells what its carriers ask, or none. From the next call on, who buys at the top of a chain
 * is sold nothing below it, unless the operator sells below cost; where it has no price for a number, nothing is compared. A repeat
 * changes nothing.
 * @returns what the plan before is called, and the one now; null for none.
 * @throws DomainError invalid_state for any other tenant; not_found for a plan that is not its own, or that adds to another's prices.
 */
export async function setCostPlan(
  tx: TenantWrite,
  planId: string | null,
): Promise<Readonly<{ before: string | null; after: string | null }>> {
  const [row] = await translatingSqlErrors(
    () => tx.$queryRaw<{ before: string | null; after: string | null }[]>`
      SELECT tenant_cost_plan_set(${planId}::uuid) AS before, (SELECT name FROM plan WHERE id = ${planId}::uuid) AS after`,
  ).catch((error: unknown) => {
    if (!(error instanceof DomainError)) throw error;
    const sentences: Readonly<Record<string, string>> = {
      invalid_state: "Only the operator pays carriers, so nobody else has a plan of what they ask.",
      not_found: "What carriers ask is a plan of your own with prices of its own: make one, and choose it here.",
    };
    throw new DomainError(error.code, { field: "planId" }, sentences[error.code]);
  });
  return { before: row?.before ?? null, after: row?.after ?? null };
}
