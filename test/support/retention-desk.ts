import { builders, type Tenancy } from "@/test/support/builders";
import type { TestDatabase } from "@/test/support/database";
import { ownContext } from "@/test/support/task-context";
import { sweepRetention } from "@/workers/processors/sweep-retention";

export type Receipt = Readonly<{ class: string; removed: number; held: number; cutoff: string; months: string }>;

/** A house with things of every age, and what tests ask of it. */
export async function retentionDesk(db: TestDatabase) {
  const make = builders(db);
  const operator = await make.tenant("operator", undefined, { slug: "operator" });
  const acme = await make.tenant("customer", operator, { slug: "acme" });
  const beta = await make.tenant("customer", operator, { slug: "beta" });
  const context = ownContext(db.appUrl, operator.tenantId);

  /** So many security events of a tenant, one each hour, the first so many hours ago. */
  const events = (of: Tenancy, fromHours: number, count: number) =>
    make.sql(
      `INSERT INTO security_event (tenant_id, at, type) SELECT $1, now() - (n * interval '1 hour'), 'InvalidPassword' FROM generate_series($2::int, $2::int + $3::int - 1) n`,
      [of.tenantId, fromHours, count],
    );
  /** So many audit events, the oldest so many days old and one more each day, chained as the product chains them. */
  const trail = (of: Tenancy, days: number, count: number) =>
    make.sql(`DO $$ DECLARE e audit_event; h audit_head; BEGIN
      SELECT * INTO h FROM audit_head WHERE tenant_id = '${of.tenantId}' FOR UPDATE;
      FOR i IN 1..${count} LOOP
        e := ('${of.tenantId}', h.seq + 1, now() - (${days} - i) * interval '1 day', 'cli', 'test', NULL, 'extension.edit', 'extension:' || i, 'ok', '{}', '{}', 'r', '', h.hash, ''::bytea)::audit_event;
        e.hash := audit_hash(e); h.hash := e.hash; h.seq := e.seq;
        INSERT INTO audit_event SELECT e.*;
      END LOOP;
      UPDATE audit_head SET seq = h.seq, hash = h.hash WHERE tenant_id = h.tenant_id;
    END $$`);
  const policy = async (of: Tenancy, name: string, action: string | null, days: number | null) => {
    await make.as(operator.tenantId);
    await make.sql("SELECT retention_set($1, $2, $3, $4, 'test')", [of.tenantId, name, action, days]);
  };
  const receipts = async (of: Tenancy): Promise<Receipt[]> =>
    (
      await make.sql<{ after: Receipt }>(
        "SELECT after FROM audit_event WHERE tenant_id = $1 AND action = 'retention.sweep' ORDER BY seq",
        [of.tenantId],
      )
    ).map(({ after }) => after);
  const count = async (table: string, of: Tenancy, more = "true"): Promise<number> =>
    (
      await make.one<{ n: number }>(`SELECT count(*)::int AS n FROM ${table} WHERE tenant_id = $1 AND ${more}`, [
        of.tenantId,
      ])
    ).n;
  const verify = (of: Tenancy) =>
    make.one<{ events: string; first_bad_seq: string | null }>("SELECT events, first_bad_seq FROM audit_verify($1)", [
      of.tenantId,
    ]);
  const sweep = () => sweepRetention({}, context);
  const close = async () => {
    await Promise.all([context.db.$disconnect(), context.pool.close()]);
  };
  return { make, operator, acme, beta, context, events, trail, policy, receipts, count, verify, sweep, close };
}
