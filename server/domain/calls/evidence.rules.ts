/** What is known of a call that is open in the database and has no channel in the PBX. Times are milliseconds since 1970. */
export type Known = Readonly<{
  state: "authorised" | "answered";
  /** Money that is put aside, over all levels. */
  heldMicros: bigint;
  startedAtMs: number;
  answeredAtMs: number | undefined;
  /** The last moment at which the call was seen alive. */
  lastSeenAtMs: number;
  grantedSeconds: number;
  /** Since when this worker has missed no event of the PBX; undefined while it is not connected. */
  watchedSinceMs: number | undefined;
  /** When the PBX was started, where it said so. */
  bootedAtMs: number | undefined;
  /** How long the channel has been missing. */
  missingMs: number;
}>;

export type Verdict =
  | Readonly<{ act: "wait" }>
  | Readonly<{ act: "settle"; talkMs: number; endedAtMs: number; because: string; unprovenMs: number }>
  | Readonly<{ act: "list"; because: string }>;

/** The file of call records and the hang-up handler come first: they know the exact time. */
export const PATIENCE_MS = 5_000;

/**
 * Decides what to do about a call whose channel is gone and whose end nobody reported.
 *
 * An answered call is charged for the time at which it was last seen, because that much is proven; what may have come
 * after it is listed. A call that was not answered is released only on a proof that no second was: it holds no money, or
 * every event since its beginning was heard and none was an answer. Otherwise it is listed, and the money stays held.
 */
export function judge(known: Known): Verdict {
  if (known.missingMs < PATIENCE_MS) return { act: "wait" };
  const seenMs = known.lastSeenAtMs;
  if (known.state === "answered" && known.answeredAtMs !== undefined) {
    const talkMs = Math.max(0, Math.min(seenMs - known.answeredAtMs, known.grantedSeconds * 1000));
    const unprovenMs = Math.max(0, known.grantedSeconds * 1000 - talkMs);
    return {
      act: "settle",
      talkMs,
      endedAtMs: known.answeredAtMs + talkMs,
      because: "last seen alive by a sweep",
      unprovenMs,
    };
  }
  const nothing = { act: "settle", talkMs: 0, endedAtMs: Math.max(seenMs, known.startedAtMs), unprovenMs: 0 } as const;
  if (known.heldMicros === 0n) return { ...nothing, because: "no money was held for it" };
  const watched = known.watchedSinceMs !== undefined && known.watchedSinceMs <= known.startedAtMs;
  if (watched) return { ...nothing, because: "every event was heard and none was an answer" };
  const restarted = known.bootedAtMs !== undefined && known.bootedAtMs > known.startedAtMs;
  return { act: "list", because: restarted ? "the PBX was restarted in between" : "its end was not reported" };
}
