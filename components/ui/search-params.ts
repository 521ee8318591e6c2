/** What an address says of the row that is open; another row has none of it. */
const ofTheOpen = ["line", "lines", "lineBefore", "begin"] as const;

/** A copy of the query with some values set; what is undefined or empty is taken out. Order is kept, so addresses stay stable. */
export function withParam(
  params: URLSearchParams | { toString(): string },
  changes: Readonly<Record<string, string | undefined>>,
): string {
  const next = new URLSearchParams(params.toString());
  if ("open" in changes && (changes["open"] || null) !== next.get("open"))
    for (const name of ofTheOpen) next.delete(name);
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined || value === "") next.delete(name);
    else next.set(name, value);
  }
  return next.toString();
}
