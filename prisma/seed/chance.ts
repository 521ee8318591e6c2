/** A small generator with a start of its own: the demo is the same every time. Never for anything secret. */
export type Chance = Readonly<{
  /** From 0 up to, not with, 1. */
  next: () => number;
  whole: (from: number, to: number) => number;
  one: <T>(of: readonly T[]) => T;
}>;

export function chanceFrom(start: number): Chance {
  let state = start >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const whole = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1));
  return {
    next,
    whole,
    one: (of) => {
      const chosen = of[whole(0, of.length - 1)];
      if (chosen === undefined) throw new Error("nothing to choose from");
      return chosen;
    },
  };
}
