import type { TenantWrite } from "@/server/infra/db/tenant-tx";
import type { TenantId } from "@/server/kernel/ids";

/** A word about a rule whose time is over. */
export type EndedRule = Readonly<{ aboutId: TenantId; signal: string; scope: string }>;

/**
 * Forgets the words of a tenant about one tenant whose time is over, so that nobody reads in their trail what was said about another.
 * They hold no more since that moment; this tidies up. Safe to repeat until none is left. The transaction acts for whoever said them.
 */
export const endRulesOver = (tx: TenantWrite, tenantId: TenantId): Promise<EndedRule[]> =>
  tx.$queryRaw<EndedRule[]>`
    DELETE FROM rule WHERE tenant_id = ${tenantId}::uuid AND ends_at <= now()
      AND about_id = (SELECT about_id FROM rule WHERE tenant_id = ${tenantId}::uuid AND ends_at <= now() ORDER BY about_id LIMIT 1)
    RETURNING about_id AS "aboutId", signal, scope`;
