import uPlot from "uplot";

import { type ChartData, topOf } from "@/components/charts/chart-data";
import type { Colours } from "@/components/charts/colours";

type Given = Readonly<{
  data: ChartData;
  colours: Colours;
  width: number;
  height: number;
  onSelect?: ((from: number, to: number) => void) | undefined;
}>;

const FONT = "11px ui-sans-serif, system-ui, sans-serif";

/** What the library is told: one scale from zero, names under it, and what only we draw on top. */
export function plotOptions({ data, colours, width, height, onSelect }: Given): uPlot.Options {
  const points = data.labels.length;
  const axis = { stroke: colours.ink, font: FONT, ticks: { show: false }, border: { show: false } };
  return {
    width,
    height,
    legend: { show: false },
    padding: [14, 10, 0, 0],
    cursor: {
      drag: { x: onSelect !== undefined && points > 1, y: false, setScale: false },
      points: { size: 7 },
      y: false,
    },
    scales: { x: { time: false, range: [-0.5, points - 0.5] }, y: { range: [0, topOf(data)] } },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 24,
        space: 56,
        incrs: [1, 2, 5, 7, 10, 14, 30],
        values: (_, at) => at.map((n) => data.labels[n] ?? ""),
      },
      {
        ...axis,
        grid: { stroke: colours.line, width: 1 },
        size: (_, texts) => 14 + 6.5 * Math.max(2, ...(texts ?? []).map((text) => text.length)),
        values: (_, at) => at.map(data.format),
      },
    ],
    series: [{}, ...data.series.map((_, index) => seriesOf(data, index, colours))],
    hooks: {
      draw: [(plot) => drawOver(plot, data, colours)],
      setSelect: [
        (plot) => {
          const { left, width: wide } = plot.select;
          if (wide < 4 || !onSelect) return;
          const at = (x: number) => Math.min(points - 1, Math.max(0, Math.round(plot.posToVal(x, "x"))));
          onSelect(at(left), at(left + wide));
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
    },
  };
}

/** A column of numbers for each series, in the library's order. */
export const plotData = ({ labels, series }: ChartData): uPlot.AlignedData => [
  labels.map((_, index) => index),
  ...series.map(({ values }) => [...values]),
];

function seriesOf({ series }: ChartData, index: number, colours: Colours): uPlot.Series {
  const { kind = "line", quiet = false, name = "" } = series[index] ?? {};
  const colour = quiet ? colours.quiet : (colours.series[index % colours.series.length] ?? colours.ink);
  const common = {
    label: name,
    stroke: colour,
    width: kind === "bars" ? 0 : 1.5,
    spanGaps: false,
    points: { show: false },
  };
  if (kind === "bars") return { ...common, fill: quiet ? colours.line : colour, paths: barsOf() };
  return {
    ...common,
    ...(kind === "area" ? { fill: faint(colour) } : {}),
    ...(quiet ? { dash: [4, 3] } : {}),
    // A point alone between two gaps would be no line at all.
    points: { show: true, size: 4, fill: colour, filter: loneOnes },
  };
}

const barsOf = (): uPlot.Series.PathBuilder => uPlot.paths.bars?.({ size: [0.7, 40] }) ?? (() => null);
const faint = (colour: string): string => `color-mix(in srgb, ${colour} 14%, transparent)`;
const loneOnes: uPlot.Series.Points.Filter = (plot, index) => {
  const values = Array.from(plot.data[index] ?? []);
  return values.flatMap((value, at) => (value != null && values[at - 1] == null && values[at + 1] == null ? [at] : []));
};

function drawOver(plot: uPlot, data: ChartData, colours: Colours): void {
  const { ctx, bbox } = plot;
  const ratio = uPlot.pxRatio;
  ctx.save();
  ctx.font = `${11 * ratio}px ui-sans-serif, system-ui, sans-serif`;
  const { threshold, markers = [], series } = data;
  if (threshold && threshold.value <= topOf(data)) {
    const y = plot.valToPos(threshold.value, "y", true);
    stroke(ctx, colours.warn, ratio, [bbox.left, y, bbox.left + bbox.width, y]);
    write(ctx, threshold.label, bbox.left + bbox.width, y - 4 * ratio, colours.warn);
  }
  for (const { index, label } of markers) {
    const x = plot.valToPos(index, "x", true);
    stroke(ctx, colours.ink, ratio, [x, bbox.top, x, bbox.top + bbox.height]);
    write(ctx, label, x - 3 * ratio, bbox.top + 10 * ratio, colours.ink);
  }
  if (series.length > 1) nameLines(plot, series, colours);
  ctx.restore();
}

/** The name above the end of its line: nobody has to match colours with a legend. Names that would meet move apart. */
function nameLines({ ctx, bbox, valToPos }: uPlot, series: ChartData["series"], colours: Colours): void {
  const ratio = uPlot.pxRatio;
  const taken: number[] = [];
  for (const [index, one] of series.entries()) {
    const last = one.values.findLastIndex((value) => value !== null);
    const value = one.values[last];
    if (value == null) continue;
    let y = Math.max(bbox.top + 10 * ratio, valToPos(value, "y", true) - 6 * ratio);
    while (taken.some((other) => Math.abs(other - y) < 12 * ratio)) y += 12 * ratio;
    taken.push(y);
    const colour = one.quiet ? colours.ink : (colours.series[index % colours.series.length] ?? colours.ink);
    const x = Math.min(valToPos(last, "x", true) + 8 * ratio, bbox.left + bbox.width);
    ctx.lineWidth = 3 * ratio;
    ctx.strokeStyle = colours.surface;
    ctx.textAlign = "right";
    ctx.strokeText(one.name, x, y);
    write(ctx, one.name, x, y, colour);
  }
}

function stroke(
  ctx: CanvasRenderingContext2D,
  colour: string,
  ratio: number,
  [x1, y1, x2, y2]: readonly [number, number, number, number],
): void {
  ctx.strokeStyle = colour;
  ctx.lineWidth = ratio;
  ctx.setLineDash([4 * ratio, 3 * ratio]);
  ctx.beginPath();
  ctx.moveTo(x1, y1);
  ctx.lineTo(x2, y2);
  ctx.stroke();
  ctx.setLineDash([]);
}

function write(ctx: CanvasRenderingContext2D, text: string, x: number, y: number, colour: string): void {
  ctx.fillStyle = colour;
  ctx.textAlign = "right";
  ctx.fillText(text, x, y);
}
