import type { CdrFile } from "@/server/domain/cdr-import/cdr-store";
import type { Progress } from "@/server/domain/cdr-import/import-progress";
import { matchCalls, RING_MS, type Seeking, wholeGroups } from "@/server/domain/cdr-import/match.rules";
import type { SqlPool } from "@/server/infra/db/pool";

/** So many records are matched at a time; more when they all belong together. */
const PAGE = 2_000;
const MOST = 64_000;

type SeekingRow = { line: number; number: string; started_at: Date; talk_ms: string };
type CandidateRow = {
  line: number;
  tenant_id: string;
  call_id: string;
  started_at: Date;
  answered_at: Date | null;
  talk_ms: string;
};

/**
 * Gives the next records of a carrier, by number and time, their calls. What belongs together is matched together, so that
 * it makes no difference where a runner began.
 * @returns undefined when all are through.
 */
export async function matchNext(pool: SqlPool, file: CdrFile, progress: Progress): Promise<Progress | undefined> {
  const toleranceMs = file.options.toleranceSeconds * 1000;
  for (let page = PAGE; ; page *= 4) {
    const rows = await seeking(pool, file.id, progress, page);
    if (rows.length === 0) return undefined;
    const whole = rows.length < page ? rows.length : wholeGroups(rows, toleranceMs);
    if (whole === 0 && page < MOST) continue;
    const records = rows.slice(0, whole || rows.length);
    await match(pool, file.id, records, toleranceMs);
    const last = records.at(-1);
    if (!last) return undefined;
    return { ...progress, line: last.line, number: last.number, startedAt: new Date(last.startedAtMs).toISOString() };
  }
}

async function seeking(
  pool: SqlPool,
  importId: string,
  { number, startedAt, line }: Progress,
  limit: number,
): Promise<Seeking[]> {
  const rows = await pool.query<SeekingRow>("cdr_seeking", "SELECT * FROM cdr_seeking($1, $2, $3, $4, $5)", [
    importId,
    number,
    startedAt,
    line,
    limit,
  ]);
  return rows.map((row) => ({
    line: row.line,
    number: row.number,
    startedAtMs: row.started_at.getTime(),
    talkMs: Number(row.talk_ms),
  }));
}

async function match(pool: SqlPool, importId: string, records: readonly Seeking[], toleranceMs: number): Promise<void> {
  const rows = await pool.query<CandidateRow>(
    "cdr_candidates",
    "SELECT * FROM cdr_candidates($1, $2, $3, $4 * interval '1 millisecond', $5 * interval '1 millisecond')",
    [
      records.map(({ line }) => line),
      records.map(({ number }) => number),
      records.map(({ startedAtMs }) => new Date(startedAtMs)),
      toleranceMs + RING_MS,
      toleranceMs,
    ],
  );
  const candidates = rows.map((row) => ({
    line: row.line,
    callId: row.call_id,
    startedAtMs: row.started_at.getTime(),
    answeredAtMs: row.answered_at?.getTime() ?? null,
    talkMs: Number(row.talk_ms),
  }));
  const found = [...matchCalls(records, candidates, toleranceMs)];
  if (found.length === 0) return;
  const tenantOf = new Map(rows.map((row) => [row.call_id, row.tenant_id]));
  await pool.query("cdr_match", "SELECT cdr_match($1, $2, $3, $4)", [
    importId,
    found.map(([line]) => line),
    found.map(([, callId]) => tenantOf.get(callId)),
    found.map(([, callId]) => callId),
  ]);
}
