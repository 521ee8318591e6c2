/** The longest and the shortest time before the end of a slice at which more is asked for. */
const LONGEST_LEAD_MS = 10_000;
const SHORTEST_LEAD_MS = 1_000;
/** The end inside Asterisk comes this much before the end of what is held, so that no second begins that is not paid. */
export const SAFETY_MS = 100;
/** Of that, what a timer of Asterisk may take to fire: a limit may be late by the rest. */
export const TIMER_MS = 20;
/** Below this a prolongation would hardly arrive in time. */
export const LAST_CHANCE_MS = 700;

/**
 * How long to wait before asking for the next slice: a few seconds before the present one ends, a third of what is left
 * when that is shorter.
 * @param leftMs until Asterisk ends the call.
 */
export function renewInMs(leftMs: number): number {
  const lead = Math.min(LONGEST_LEAD_MS, Math.max(SHORTEST_LEAD_MS, leftMs * 0.3));
  return Math.max(0, leftMs - lead);
}

/**
 * When to ask again after there was no more money, or no answer: at half of what is left, so that a top-up in the last
 * seconds still counts.
 * @returns undefined when it is too late: Asterisk ends the call.
 */
export function askAgainInMs(leftMs: number): number | undefined {
  return leftMs < LAST_CHANCE_MS ? undefined : Math.max(250, leftMs / 2);
}

/** What is left of a grant, in milliseconds. Times are of one clock, the PBX's. */
export const leftOfGrantMs = (answeredAtMs: number, grantedSeconds: number, nowMs: number): number =>
  answeredAtMs + grantedSeconds * 1000 - SAFETY_MS - nowMs;
