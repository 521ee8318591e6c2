import type { CdrFile } from "@/server/domain/cdr-import/cdr-store";
import type { Progress } from "@/server/domain/cdr-import/import-progress";
import { matchCalls, RING_MS, type Seeking, wholeGroups } from "@/server/domain/cdr-import/match.rules";
import type { SqlPool } from "@/server/infra/db/pool";

/** So many records are looked at together. */
const STRETCH = 5_000;
/** So many are weighed at a time; more when they all belong together. */
const PAGE = 2_000;

type StretchRow = {
  last_number: string | null;
  lines: number[] | null;
  numbers: string[] | null;
  starts: Date[] | null;
  talks: string[] | null;
};
type CandidateRow = {
  line: number;
  tenant_id: string;
  call_id: string;
  started_at: Date;
  answered_at: Date | null;
  talk_ms: string;
};

/**
 * Gives the next records of a carrier, by number, their calls. Most have one candidate and no rival and are matched in the
 * database; the others are weighed here, together with all that they may compete with, so that it makes no difference where
 * a runner began.
 * @returns undefined when all are through.
 */
export async function matchNext(pool: SqlPool, file: CdrFile, progress: Progress): Promise<Progress | undefined> {
  const toleranceMs = file.options.toleranceSeconds * 1000;
  const text =
    "SELECT * FROM cdr_match_plain($1, $2, $3 * interval '1 millisecond', $4 * interval '1 millisecond', $5)";
  const values = [file.id, progress.number, toleranceMs + RING_MS, toleranceMs, STRETCH];
  const [row] = await pool.query<StretchRow>("cdr_match_plain", text, values);
  if (!row?.last_number) return undefined;
  const rivals = seekingOf(row);
  for (let at = 0; at < rivals.length; ) {
    const together = nextGroups(rivals, at, toleranceMs);
    await match(pool, file.id, together, toleranceMs);
    at += together.length;
  }
  return { ...progress, number: row.last_number };
}

const seekingOf = ({ lines, numbers, starts, talks }: StretchRow): Seeking[] =>
  (lines ?? []).map((line, at) => ({
    line,
    number: numbers?.[at] ?? "",
    startedAtMs: starts?.[at]?.getTime() ?? 0,
    talkMs: Number(talks?.[at] ?? 0),
  }));

/** From that place on about a page, and nothing cut that belongs together. */
function nextGroups(records: readonly Seeking[], at: number, toleranceMs: number): readonly Seeking[] {
  for (let size = PAGE; at + size < records.length; size *= 4) {
    const page = records.slice(at, at + size);
    const whole = wholeGroups(page, toleranceMs);
    if (whole > 0) return page.slice(0, whole);
  }
  return records.slice(at);
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
