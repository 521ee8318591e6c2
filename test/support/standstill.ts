import { onTestFinished } from "vitest";

/** How late a program may be on a machine with much to do that does not stand still. Settlement forgives a call as much. */
const LATE_MS = 900;
const LOOK_EVERY_MS = 20;
/** Less than this is a clock that is a little late, many times a second, and no standstill. */
const STANDS_MS = 50;

type Standstill = Readonly<{
  /** What a time may be off by that two programs took, each from its own moments. */
  slackMs: () => number;
  /** All that this one saw the machine stand still. */
  lostMs: () => number;
}>;

/** Looks until the end of this test how long this machine stands still at a time, as a machine does that others have, too. */
export function watchStandstill(): Standstill {
  let last = performance.now();
  let lostMs = 0;
  const look = () => {
    const now = performance.now();
    const late = now - last - LOOK_EVERY_MS;
    if (late > STANDS_MS) lostMs += late;
    last = now;
  };
  const timer = setInterval(look, LOOK_EVERY_MS);
  onTestFinished(() => clearInterval(timer));
  const lost = () => {
    look();
    return lostMs;
  };
  return {
    slackMs: () => LATE_MS + lost(),
    lostMs: lost,
  };
}
