import type { SqlPool } from "@/server/infra/db/pool";

export type RetentionGauge = Readonly<{
  class: string;
  ran_at: Date;
  removed_total: number;
  held: number;
  oldest_at: Date | null;
  failed: boolean;
  months_missing: number;
}>;

/** How the last run of each class of data went; names no tenant. Empty before the first run. */
export const readRetentionGauges = (pool: SqlPool): Promise<RetentionGauge[]> =>
  pool.query<RetentionGauge>("retention_gauges", "SELECT * FROM retention_gauges()", []);
