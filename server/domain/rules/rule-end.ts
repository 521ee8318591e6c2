import type { TenantWrite } from "@/server/infra/db/tenant-tx";
import type { TenantId } from "@/server/kernel/ids";

/** A word about a rule whose time is over. */
export type EndedRule = Readonly<{ aboutId: TenantId; signal: string; scope: string }>;

/**
 * Forgets the words of a tenant whose time is over. They hold no more since that moment; this tidies up. Safe to repeat.
 * The transaction acts for whoever said them.
 */
export const endRulesOver = (tx: TenantWrite, tenantId: TenantId): Promise<EndedRule[]> =>
  tx.$queryRaw<EndedRule[]>`
    DELETE FROM rule WHERE tenant_id = ${tenantId}::uuid AND ends_at <= now() RETURNING about_id AS "aboutId", signal, scope`;
