/** A series of a chart. What is null was not measured, and leaves a gap. */
export type Series = Readonly<{
  name: string;
  kind: "bars" | "line" | "area";
  values: readonly (number | null)[];
  /** The same for people, exact: what the table and the reader say. */
  texts: readonly string[];
  /** The stretch before, for comparison: drawn quietly. */
  quiet?: boolean;
}>;

export type ChartData = Readonly<{
  /** What the points are, at the head of the table; moments by themselves. */
  over?: string | undefined;
  /** A name per point, as it stands under the axis: 21 Nov. */
  labels: readonly string[];
  /** At most five; more are summed up as "Other" by whoever makes them. */
  series: readonly Series[];
  /** A cap or limit. */
  threshold?: Readonly<{ value: number; label: string }> | undefined;
  /** Something that happened at a point. */
  markers?: readonly Readonly<{ index: number; label: string }>[] | undefined;
  /** What the scale says of a value. */
  format: (value: number) => string;
}>;

/** Where the scale ends: it begins at zero, and a cap is on it unless it would flatten all that was measured. */
export function topOf({ series, threshold }: Pick<ChartData, "series" | "threshold">): number {
  const most = Math.max(0, ...series.flatMap(({ values }) => values.filter((value) => value !== null)));
  const wanted = threshold && (most === 0 || threshold.value <= most * 4) ? Math.max(most, threshold.value) : most;
  return wanted === 0 ? 1 : wanted * 1.08;
}

/** What a reader hears of one point: its name and every series' value there. */
export const pointText = ({ labels, series }: Pick<ChartData, "labels" | "series">, index: number): string =>
  `${labels[index] ?? ""}: ${series
    .map(({ name, texts }) => (series.length > 1 ? `${name} ${texts[index] ?? ""}` : (texts[index] ?? "")))
    .join(", ")}`;

/** The point that an arrow key leads to, within the chart. */
export function pointAfter(key: string, at: number, points: number): number | undefined {
  const last = points - 1;
  const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last }[key];
  return to === undefined ? undefined : Math.min(last, Math.max(0, to));
}

/** The bar at so many pixels from where the chart begins; beyond an end, the bar at that end. */
export const barAt = (px: number, width: number, points: number): number =>
  Math.min(points - 1, Math.max(0, Math.floor((px / Math.max(1, width)) * points)));
