import type { RetentionAction, RetentionClass } from "@/server/domain/retention/retention-kinds.schema";
import type { TenantRead } from "@/server/infra/db/tenant-tx";

export type DryRunLine = Readonly<{
  class: RetentionClass;
  tenant: string;
  action: RetentionAction;
  days: number;
  /** What is older would go. */
  cutoff: Date;
  oldestAt: Date | null;
  due: bigint;
  /** Older, and left because of a hold or an open incident. */
  held: bigint;
}>;

/**
 * What a sweep of one class would take away at this moment, by tenant, at the tenant acted on and all below it. Counts every
 * row, so it takes its time on a large table: ask for one class in one transaction. Changes nothing.
 */
export const dryRun = (tx: TenantRead, of: RetentionClass): Promise<DryRunLine[]> =>
  tx.$queryRaw<DryRunLine[]>`
    SELECT ${of}::text AS class, t.slug AS tenant, d.action, d.days, d.cutoff, d.oldest_at AS "oldestAt", d.due, d.held
    FROM retention_dry_run(${of}) d JOIN tenant t ON t.id = d.tenant_id ORDER BY d.due DESC, t.slug`;

export type SweepLine = Readonly<{
  id: string;
  class: RetentionClass;
  tenant: string;
  action: RetentionAction;
  cutoff: Date;
  state: "running" | "done";
  removed: bigint;
  held: bigint;
  batches: number;
  months: readonly string[];
  startedAt: Date;
  endedAt: Date | null;
}>;

/** The last sweeps that took something away or had to leave something, newest first; those under way before them. */
export const lastSweeps = (tx: TenantRead, limit = 50): Promise<SweepLine[]> =>
  tx.$queryRaw<SweepLine[]>`
    SELECT s.id, s.class, t.slug AS tenant, s.action, s.cutoff, s.state, s.removed, s.held, s.batches, s.months, s.started_at AS "startedAt", s.ended_at AS "endedAt"
    FROM retention_sweep s JOIN tenant t ON t.id = s.tenant_id
    WHERE s.state = 'running' OR s.removed > 0 OR s.held > 0
    ORDER BY s.ended_at DESC NULLS FIRST, s.id LIMIT ${limit}`;

export type ClassRun = Readonly<{
  class: RetentionClass;
  at: Date;
  held: bigint;
  oldestAt: Date | null;
  failedAt: Date | null;
  error: string;
}>;

/** How the last run of each class went, and how old its oldest row was then. */
export const lastRuns = (tx: TenantRead): Promise<ClassRun[]> =>
  tx.$queryRaw<ClassRun[]>`
    SELECT r.class, r.at, r.held, r.oldest_at AS "oldestAt", r.failed_at AS "failedAt", r.error FROM retention_run r
    JOIN retention_class k ON k.class = r.class ORDER BY k.rank`;
