import { z } from "zod";

import type { SqlPool } from "@/server/infra/db/pool";
import type { TenantRead } from "@/server/infra/db/tenant-tx";

const moment = z.coerce.date().nullable();

/** What a worker process says of itself. Moments are ISO texts in the database; no secret, no number, no payload. */
const reportSchema = z.object({
  version: z.string(),
  node: z.string(),
  memoryBytes: z.number(),
  /** Calls whose end this process waits for, and ends that wait for the database. */
  calls: z.object({ live: z.number(), endsWaiting: z.number(), endsDropped: z.number() }),
  /** null: no PBX is connected. */
  ami: z
    .object({
      connected: z.boolean(),
      since: moment,
      lastEventAt: moment,
      problem: z.string().nullable(),
      droppedEvents: z.number(),
      bootedAt: moment,
      clockOffsetMs: z.number(),
      /** Asterisk's, while it can be asked. */
      version: z.string().nullable(),
      /** Channels, as Asterisk counts them: a call that is connected has two. */
      calls: z.number().nullable(),
      /** The trunk that calls leave by, as the PBX knows its address; null while it cannot be asked. */
      trunk: z.object({ status: z.string(), roundTripMs: z.number().nullable() }).nullable().default(null),
    })
    .nullable(),
  queue: z.object({
    backend: z.string(),
    /** false: it could not be reached in time, and the counts are nothing. */
    there: z.boolean(),
    waiting: z.number(),
    active: z.number(),
    delayed: z.number(),
    failed: z.number(),
  }),
  /** The jobs that were given up last. `tenantId` is null for those of the system. */
  failed: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      tenantId: z.string().nullable(),
      attempts: z.number(),
      why: z.string(),
      at: z.coerce.date(),
    }),
  ),
  mail: z.boolean(),
  payments: z.string().nullable(),
});

export type WorkerReport = z.infer<typeof reportSchema>;
export type WorkerState = WorkerReport & Readonly<{ id: string; pbx: string; startedAt: Date; beatAt: Date }>;

type Beat = Readonly<{ id: string; pbx: string; startedAt: Date; report: WorkerReport }>;

/** Keeps what a worker says of itself, on the database's clock; what it said before is gone. */
export async function saveBeat(pool: SqlPool, { id, pbx, startedAt, report }: Beat): Promise<void> {
  const values = [id, pbx, startedAt, JSON.stringify(report)];
  await pool.query("worker_beat", "SELECT worker_beat($1, $2, $3, $4::jsonb)", values);
}

/** A worker that ends as it was told to is not missing afterwards. */
export async function forgetWorker(pool: SqlPool, id: string): Promise<void> {
  await pool.query("worker_gone", "SELECT worker_gone($1)", [id]);
}

/** The workers of the last day, the newest first; none for anybody but the operator. A report of another version is left out. */
export async function readWorkers(tx: TenantRead): Promise<WorkerState[]> {
  type Row = { id: string; pbx: string; started_at: Date; beat_at: Date; report: unknown };
  const rows = await tx.$queryRaw<Row[]>`SELECT * FROM workers_state()`;
  return rows.flatMap(({ id, pbx, started_at: startedAt, beat_at: beatAt, report }) => {
    const read = reportSchema.safeParse(report);
    return read.success ? [{ ...read.data, id, pbx, startedAt, beatAt }] : [];
  });
}
