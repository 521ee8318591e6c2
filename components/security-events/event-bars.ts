type Bar = Readonly<{ from: Date; until: Date; events: number }>;

/** All bars from the first to the last, also those without an event. */
export function slotsOf(bars: readonly Bar[]): readonly Bar[] {
  const [first, last] = [bars[0], bars.at(-1)];
  if (!first || !last) return [];
  const step = first.until.getTime() - first.from.getTime();
  const many = Math.round((last.until.getTime() - first.from.getTime()) / step);
  const known = new Map(bars.map((bar) => [Math.round((bar.from.getTime() - first.from.getTime()) / step), bar]));
  return Array.from({ length: many }, (_, at) => {
    const from = first.from.getTime() + at * step;
    return known.get(at) ?? { from: new Date(from), until: new Date(from + step), events: 0 };
  });
}
