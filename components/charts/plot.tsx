"use client";

import "uplot/dist/uPlot.min.css";

import { useEffect, useRef } from "react";
import uPlot from "uplot";

import type { ChartData } from "@/components/charts/chart-data";
import { coloursAt, onTheme } from "@/components/charts/colours";
import { plotData, plotOptions } from "@/components/charts/plot-options";

type Props = Readonly<{
  data: ChartData;
  height: number;
  /** The point that is looked at, by keys. */
  at: number | undefined;
  onPoint: (index: number | undefined) => void;
  onSelect?: ((from: number, to: number) => void) | undefined;
}>;

/** The picture, on a canvas. Who does not see it has the summary, the points by arrow keys, and the table. */
export function Plot({ data, height, at, onPoint, onSelect }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);

  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const draw = () => {
      plot.current?.destroy();
      const options = plotOptions({ data, colours: coloursAt(element), width: element.clientWidth, height, onSelect });
      plot.current = new uPlot(options, plotData(data), element);
      plot.current.over.addEventListener("mousemove", () => onPoint(plot.current?.cursor.idx ?? undefined));
      plot.current.over.addEventListener("mouseleave", () => onPoint(undefined));
    };
    draw();
    const sizes = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height }));
    sizes.observe(element);
    const themes = onTheme(draw);
    return () => {
      sizes.disconnect();
      themes();
      plot.current?.destroy();
    };
  }, [data, height, onPoint, onSelect]);

  useEffect(() => {
    const drawn = plot.current;
    if (!drawn || at === undefined) return;
    drawn.setCursor({ left: drawn.valToPos(at, "x"), top: 10 }, false);
  }, [at]);

  return <div aria-hidden="true" className="w-full" ref={place} style={{ height }} />;
}
