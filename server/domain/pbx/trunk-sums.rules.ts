/** Calls of one trunk and direction that ended for one reason; `cause` is null of answered ones and where nobody named it. */
export type TrunkPart = Readonly<{
  trunk: string;
  direction: string;
  cause: number | null;
  live: number;
  calls: number;
  answered: number;
  talkMs: bigint;
  lastAnswered: Date | null;
  lastUnanswered: Date | null;
}>;

export type Way = Readonly<{
  /** That the portal itself let through. */
  calls: number;
  answered: number;
  /** Of an answered call; null of none. */
  averageSeconds: number | null;
  /** Unanswered ones whose cause is the network's, not the people's who were called. */
  failed: number;
  /** Of unanswered calls, the most frequent first. */
  causes: readonly Readonly<{ cause: number | null; calls: number }>[];
  lastAnsweredAt: Date | null;
  /** The last one that failed in the network. */
  lastFailed: Readonly<{ at: Date; cause: number }> | null;
}>;

export type TrunkSums = Readonly<{ live: number; out: Way; in: Way }>;

/** Q.850 causes that are the network's: no route, out of order, temporary failure, congestion, not available. */
export const networkCauses: ReadonlySet<number> = new Set([2, 3, 27, 34, 38, 41, 42, 44, 47, 58, 63, 127]);

/** What a trunk carried, from its parts; nothing of none. */
export function sumsOf(parts: readonly TrunkPart[], trunk: string): TrunkSums {
  const own = parts.filter((part) => part.trunk === trunk);
  const of = (direction: string) => wayOf(own.filter((part) => part.direction === direction));
  return { live: own.reduce((sum, { live }) => sum + live, 0), out: of("out"), in: of("in") };
}

function wayOf(parts: readonly TrunkPart[]): Way {
  const sum = (of: (part: TrunkPart) => number) => parts.reduce((total, part) => total + of(part), 0);
  const answered = sum((part) => part.answered);
  const talkMs = sum((part) => Number(part.talkMs));
  const causes = parts
    .map(({ cause, calls, answered: heard }) => ({ cause, calls: calls - heard }))
    .filter(({ calls }) => calls > 0)
    .sort((a, b) => b.calls - a.calls || (a.cause ?? 0) - (b.cause ?? 0));
  const failures = parts.flatMap(({ cause, lastUnanswered: at }) =>
    cause !== null && at !== null && networkCauses.has(cause) ? [{ at, cause }] : [],
  );
  return {
    ...{ calls: sum((part) => part.calls), answered },
    averageSeconds: answered > 0 ? Math.round(talkMs / answered / 1000) : null,
    failed: causes.reduce((total, { cause, calls }) => (networkCauses.has(cause ?? 0) ? total + calls : total), 0),
    causes,
    lastAnsweredAt: latest(parts.flatMap(({ lastAnswered: at }) => (at ? [at] : []))),
    lastFailed: failures.sort((a, b) => b.at.getTime() - a.at.getTime())[0] ?? null,
  };
}

const latest = (moments: readonly Date[]): Date | null =>
  moments.reduce<Date | null>((last, at) => (last === null || at > last ? at : last), null);
