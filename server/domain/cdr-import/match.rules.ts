/** A record of a carrier that looks for its call. Times are milliseconds since 1970. */
export type Seeking = Readonly<{ line: number; number: string; startedAtMs: number; talkMs: number }>;

/** A call of ours that a record may mean. */
export type Candidate = Readonly<{
  line: number;
  callId: string;
  startedAtMs: number;
  answeredAtMs: number | null;
  talkMs: number;
}>;

/** Some carriers count from the attempt, some from the answer: nobody lets a phone ring longer than this. */
export const RING_MS = 180_000;

/**
 * Gives each record the call that it fits best: number equal, begun within the tolerance of the attempt or the answer; of
 * several the one that is nearest in begin and talk time together. Each call is given once, whatever the order of the lines.
 */
export function matchCalls(
  records: readonly Seeking[],
  candidates: readonly Candidate[],
  toleranceMs: number,
): ReadonlyMap<number, string> {
  const byLine = new Map(records.map((record) => [record.line, record]));
  const pairs = candidates.flatMap((candidate) => {
    const record = byLine.get(candidate.line);
    if (!record) return [];
    const begins = [candidate.startedAtMs, candidate.answeredAtMs ?? candidate.startedAtMs];
    const apart = Math.min(...begins.map((begin) => Math.abs(begin - record.startedAtMs)));
    if (apart > toleranceMs) return [];
    return [{ ...candidate, far: apart + Math.abs(candidate.talkMs - record.talkMs) }];
  });
  pairs.sort((a, b) => a.far - b.far || a.line - b.line || (a.callId < b.callId ? -1 : 1));
  const matched = new Map<number, string>();
  const taken = new Set<string>();
  for (const { line, callId } of pairs) {
    if (matched.has(line) || taken.has(callId)) continue;
    matched.set(line, callId);
    taken.add(callId);
  }
  return matched;
}

/**
 * How many of these records, ordered by number and time, can be matched without those that follow: up to the last gap that
 * no call bridges. 0 when there is none.
 */
export function wholeGroups(records: readonly Seeking[], toleranceMs: number): number {
  const bridge = 2 * toleranceMs + RING_MS;
  for (let at = records.length - 1; at > 0; at -= 1) {
    const [before, here] = [records[at - 1], records[at]];
    if (!before || !here) continue;
    if (before.number !== here.number || here.startedAtMs - before.startedAtMs > bridge) return at;
  }
  return 0;
}
