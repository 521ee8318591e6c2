export type ChangedValue = Readonly<{ field: string; before: string; after: string; differs: boolean }>;

const shown = (value: unknown): string => {
  if (value === undefined || value === null) return "–";
  if (typeof value === "string") return value;
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Date) return value.toISOString();
  return JSON.stringify(value, (_, inner: unknown) => (typeof inner === "bigint" ? inner.toString() : inner));
};

const entriesOf = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? { ...value }
    : value === null || value === undefined
      ? {}
      : { value };

/** Two states side by side, field by field; what differs comes first. */
export function changedValues(before: unknown, after: unknown): readonly ChangedValue[] {
  const [old, now] = [entriesOf(before), entriesOf(after)];
  const fields = [...new Set([...Object.keys(old), ...Object.keys(now)])];
  return fields
    .map((field) => {
      const [was, is] = [shown(old[field]), shown(now[field])];
      return { field, before: was, after: is, differs: was !== is };
    })
    .toSorted((a, b) => Number(b.differs) - Number(a.differs));
}
