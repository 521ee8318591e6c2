/** One measured figure. `reach` is what it should be; the anchor is another way to the same result, in the same run. */
export type Figure = {
  readonly id: string;
  readonly what: string;
  readonly measured: number;
  readonly unit: string;
  readonly reach: string;
  readonly reached: boolean;
  readonly anchor?: string;
};

export const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;

export const round = (value: number, digits = 1): number => Math.round(value * 10 ** digits) / 10 ** digits;

/** A table for people; the same rows go to a JSON file for machines. */
export function table(figures: readonly Figure[]): string {
  const rows = [["", "what", "measured", "to reach", "", "anchor of this run"]];
  for (const f of figures)
    rows.push([f.id, f.what, `${f.measured} ${f.unit}`, f.reach, f.reached ? "ok" : "NOT reached", f.anchor ?? ""]);
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
