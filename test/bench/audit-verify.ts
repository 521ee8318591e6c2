import { verifyTrail } from "@/server/domain/audit/verify";
import { connectDb } from "@/server/infra/db/client";
import { readTenant } from "@/server/infra/db/read-tenant";
import type { TenantId } from "@/server/kernel/ids";
import { benchDatabase } from "./database";
import { type Figure, round } from "./figure";

const EVENTS = 400_000;

/** How fast a chain of audit events is walked, as the product walks it; beside it what hashing as many bytes alone costs. */
export async function auditVerify(): Promise<Figure[]> {
  const db = await benchDatabase();
  try {
    await db.owner.query(`DO $$ DECLARE e audit_event; h audit_head; BEGIN
      SELECT * INTO h FROM audit_head WHERE tenant_id = '${db.operatorId}';
      FOR i IN 1..${EVENTS} LOOP
        e := ('${db.operatorId}', h.seq + i, clock_timestamp(), 'user', gen_random_uuid()::text, NULL, 'extension.edit', 'extension:' || gen_random_uuid(), 'ok',
          '{"name": "Front door", "state": "active"}', '{"name": "Front", "state": "active"}', gen_random_uuid()::text, '127.0.0.1', h.hash, ''::bytea)::audit_event;
        e.hash := audit_hash(e); h.hash := e.hash;
        INSERT INTO audit_event SELECT e.*;
      END LOOP;
      UPDATE audit_head SET seq = seq + ${EVENTS}, hash = h.hash WHERE tenant_id = h.tenant_id;
    END $$`);
    await db.owner.query("VACUUM ANALYZE audit_event");
    const app = connectDb(db.appUrl, 2);
    const tenantId = db.operatorId as TenantId;
    const walked = await timed(() => verifyTrail((work) => readTenant(app, { tenantId }, work), tenantId));
    await app.$disconnect();
    await db.owner.query("SET max_parallel_workers_per_gather = 0");
    // As many bytes as such an event has, made of nothing.
    const bare = await timed(() =>
      db.owner.query(
        `SELECT count(*) FILTER (WHERE sha256(previous_hash || convert_to('${"x".repeat(330)}', 'UTF8')) = hash) FROM audit_event`,
      ),
    );
    const rate = EVENTS / walked.seconds;
    const whole = walked.value.ok && walked.value.rows >= EVENTS;
    return [
      {
        id: "audit",
        what: `audit events verified per second, ${EVENTS} in one chain${whole ? "" : "; NOT WHOLE"}`,
        measured: round(rate),
        unit: "/s",
        reach: "≥ 200 000",
        reached: whole && rate >= 200_000,
        anchor: `one SHA-256 over as many bytes and nothing else, in one backend: ${round(EVENTS / bare.seconds)}/s`,
      },
    ];
  } finally {
    await db.stop();
  }
}

async function timed<T>(work: () => Promise<T>): Promise<{ seconds: number; value: T }> {
  const began = performance.now();
  const value = await work();
  return { seconds: (performance.now() - began) / 1_000, value };
}
