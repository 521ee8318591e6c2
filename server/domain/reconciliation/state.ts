import { z } from "zod";

import type { SqlPool } from "@/server/infra/db/pool";
import type { TenantRead } from "@/server/infra/db/tenant-tx";

const moment = z.coerce.date().nullable();

/** What one run of reconciliation saw. Moments are ISO texts in the database. */
const reportSchema = z.object({
  tookMs: z.number(),
  /** false: the PBX could not be asked, so open calls were left alone. */
  sawChannels: z.boolean(),
  /** When wallets, holds and charges were last added up. */
  ledgerCheckedAt: moment,
  open: z.number(),
  live: z.number(),
  settled: z.number(),
  /** Ends of calls that wait for the database, and those that were let go because too many waited. */
  endsWaiting: z.number(),
  endsDropped: z.number(),
  /** How many ends each source reported since the start, and the last of them. */
  ends: z.record(z.string(), z.object({ count: z.number(), lastAt: moment })),
  /** null: no PBX is connected. */
  ami: z
    .object({
      connected: z.boolean(),
      since: moment,
      lastEventAt: moment,
      problem: z.string().nullable(),
      droppedEvents: z.number(),
    })
    .nullable(),
  /** null: no file of call records is read. */
  spool: z
    .object({
      file: z.string(),
      there: z.boolean(),
      readTo: z.number(),
      size: z.number(),
      lagBytes: z.number(),
      behindSince: moment,
      lastRecordAt: moment,
      records: z.number(),
      unreadable: z.number(),
      problem: z.string().nullable(),
    })
    .nullable(),
  ledgerEntries: z.record(z.string(), z.number()),
});

export type RunReport = z.infer<typeof reportSchema>;
export type RunState = RunReport & Readonly<{ pbx: string; at: Date }>;

/** Keeps what the last run of a PBX saw; the one before is gone. */
export async function saveRunState(pool: SqlPool, { pbx, at, ...report }: RunState): Promise<void> {
  await pool.query(
    "reconciliation_state",
    `INSERT INTO reconciliation_state (pbx, at, report) VALUES ($1, $2, $3)
     ON CONFLICT (pbx) DO UPDATE SET at = excluded.at, report = excluded.report WHERE reconciliation_state.at <= excluded.at`,
    [pbx, at, JSON.stringify(report)],
  );
}

/** What the last run of each PBX saw, by its name. A report that an older version wrote is left out. */
export async function readRunStates(tx: TenantRead): Promise<RunState[]> {
  const rows = await tx.$queryRaw<{ pbx: string; at: Date; report: unknown }[]>`
    SELECT pbx, at, report FROM reconciliation_state ORDER BY pbx`;
  return rows.flatMap(({ pbx, at, report }) => {
    const read = reportSchema.safeParse(report);
    return read.success ? [{ ...read.data, pbx, at }] : [];
  });
}
