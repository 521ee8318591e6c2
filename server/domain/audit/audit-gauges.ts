import type { SqlPool } from "@/server/infra/db/pool";

export type AuditGauges = Readonly<{ events: number; fingerprint: number; cut: number }>;

/** The size of all audit chains together, a fingerprint of their heads, and how many lost their end. Names no tenant. */
export async function readAuditGauges(pool: SqlPool): Promise<AuditGauges | undefined> {
  const [row] = await pool.query<AuditGauges>("audit_gauges", "SELECT * FROM audit_gauges()", []);
  return row;
}
