import { benchDatabase } from "./database";
import { type Figure, round } from "./figure";

const EVENTS = 400_000;

/** How fast a chain of audit events is walked; beside it what hashing the same bytes alone costs. */
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
    const seconds = async (text: string) => {
      const began = performance.now();
      const { rows } = await db.owner.query(text);
      return { seconds: (performance.now() - began) / 1000, row: rows[0] as Record<string, unknown> };
    };
    const walked = await seconds(`SELECT * FROM audit_verify('${db.operatorId}')`);
    const bare = await seconds(
      "SELECT count(*) FILTER (WHERE sha256(previous_hash || convert_to(subject || action || request_id, 'UTF8')) = hash) FROM audit_event",
    );
    const rate = EVENTS / walked.seconds;
    const whole = walked.row["first_bad_seq"] === null;
    return [
      {
        id: "audit",
        what: `audit events verified per second, ${EVENTS} in one chain${whole ? "" : "; NOT WHOLE"}`,
        measured: round(rate),
        unit: "/s",
        reach: "≥ 200 000",
        reached: whole && rate >= 200_000,
        anchor: `one SHA-256 a row and nothing else: ${round(EVENTS / bare.seconds)}/s`,
      },
    ];
  } finally {
    await db.stop();
  }
}
