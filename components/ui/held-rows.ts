/** What a list showed last, and which of its rows had just come. */
export type Known<Row> = Readonly<{ scope: string; rows: readonly Row[]; fresh: ReadonlySet<string> }>;

type Rows<Row> = Readonly<{ rows: readonly Row[]; keyOf: (row: Row) => string }>;

/**
 * A list that keeps its rows where they are: those known, in their order and with what is known of them now. What left
 * stays in its place and is named; what came is counted.
 */
export function holdRows<Row>(known: Known<Row>, { rows, keyOf }: Rows<Row>) {
  const now = new Set(rows.map(keyOf));
  const before = new Set(known.rows.map(keyOf));
  return {
    rows: seeRows(known, { rows, keyOf }).rows,
    gone: new Set([...before].filter((key) => !now.has(key))),
    waiting: rows.filter((row) => !before.has(keyOf(row))).length,
  };
}

/** The same rows with what is known of each now: one that leaves later stays as it was seen last. */
export function seeRows<Row>(known: Known<Row>, { rows, keyOf }: Rows<Row>): Known<Row> {
  const now = new Map(rows.map((row) => [keyOf(row), row]));
  const seen = known.rows.map((row) => now.get(keyOf(row)) ?? row);
  return seen.every((row, at) => row === known.rows[at]) ? known : { ...known, rows: seen };
}

/** The list as it is now; what it did not have before is fresh, unless it is another list. */
export function takeRows<Row>(known: Known<Row>, { rows, keyOf }: Rows<Row>, scope: string): Known<Row> {
  const before = new Set(known.rows.map(keyOf));
  const fresh = scope === known.scope ? rows.map(keyOf).filter((key) => !before.has(key)) : [];
  return { scope, rows, fresh: new Set(fresh) };
}

/** Whether the same rows stand in the same order. */
export const sameRows = <Row>(known: Known<Row>, { rows, keyOf }: Rows<Row>): boolean =>
  rows.length === known.rows.length && known.rows.every((row, at) => keyOf(row) === keyOf(rows[at] as Row));
