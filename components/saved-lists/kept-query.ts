/** What an address says beside the list itself: the page of it, what is open, and forms that a link opens. */
const passing = ["open", "line", "lines", "lineBefore", "begin", "before", "after", "new"] as const;

/** What of an address is worth keeping: filter and order, always in one order so that two of them can be compared. */
export function keptQuery(params: Readonly<{ toString(): string }>): string {
  const kept = new URLSearchParams(params.toString());
  for (const name of passing) kept.delete(name);
  kept.sort();
  return kept.toString();
}
