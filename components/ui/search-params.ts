/** A copy of the query with some values set; what is undefined or empty is taken out. Order is kept, so addresses stay stable. */
export function withParam(
  params: URLSearchParams | { toString(): string },
  changes: Readonly<Record<string, string | undefined>>,
): string {
  const next = new URLSearchParams(params.toString());
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined || value === "") next.delete(name);
    else next.set(name, value);
  }
  return next.toString();
}
