"use client";

import { type KeyboardEvent, lazy, Suspense, useCallback, useState } from "react";

import { Bars } from "@/components/charts/bars";
import { type ChartData, pointAfter, pointText } from "@/components/charts/chart-data";
import { cx } from "@/components/ui/cx";
import { t } from "@/server/kernel/words";

const Plot = lazy(async () => ({ default: (await import("@/components/charts/plot")).Plot }));

const HEIGHT = 200;

type Props = Readonly<{
  title: string;
  /** One sentence that says what there is to see. */
  summary: string;
  data: ChartData;
  height?: number;
  /** One series of bars, drawn without the library. */
  small?: boolean;
  /** Somebody drew over these points, or pressed Enter on one. */
  onSelect?: ((from: number, to: number) => void) | undefined;
  /** What choosing points does, in words: "Show these calls". */
  selects?: string;
}>;

/**
 * A chart with its sentence and its table. Arrow keys walk its points and say them. Without JavaScript, and on paper, it is the
 * table.
 */
export function Chart({ title, summary, data, height = HEIGHT, small = false, onSelect, selects }: Props) {
  const [asTable, setAsTable] = useState(false);
  return (
    <figure className="grid min-w-0 grid-cols-1 content-start gap-1">
      <div className="flex min-h-6 items-baseline justify-between gap-4">
        <h2 className="text-xs font-semibold text-ink-2">{title}</h2>
        <button
          aria-pressed={asTable}
          className="min-h-6 text-xs text-ink-2 underline-offset-2 hover:underline noscript:hidden print:hidden"
          onClick={() => setAsTable(!asTable)}
          type="button"
        >
          {t("As a table")}
        </button>
      </div>
      <figcaption>{summary}</figcaption>
      {!asTable && (
        <Picture data={data} height={height} onSelect={onSelect} selects={selects} small={small} title={title} />
      )}
      <div
        className={cx(
          "relative max-h-80 overflow-auto print:block print:max-h-none",
          asTable ? "" : "hidden noscript:block",
        )}
      >
        <PointTable data={data} title={title} />
      </div>
    </figure>
  );
}

type PictureProps = Required<Pick<Props, "title" | "data" | "height" | "small">> &
  Pick<Props, "onSelect"> &
  Readonly<{ selects: string | undefined }>;

function Picture({ title, data, height, small, onSelect, selects }: PictureProps) {
  const [at, setAt] = useState<number>();
  const [looking, setLooking] = useState<number>();
  const points = data.labels.length;
  const onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter" && at !== undefined && onSelect) {
      event.preventDefault();
      return onSelect(at, at);
    }
    const to = pointAfter(event.key, at ?? -1, points);
    if (to === undefined) return;
    event.preventDefault();
    setAt(to);
  };
  const hover = useCallback((index: number | undefined) => setLooking(index), []);
  const shown = looking ?? at;
  const hint = onSelect && selects ? t("{what}: drag over the chart, or Enter on a point.", { what: selects }) : "";
  return (
    <div className="noscript:hidden print:hidden">
      <div
        aria-label={title}
        aria-valuemax={Math.max(0, points - 1)}
        aria-valuemin={0}
        aria-valuenow={at ?? 0}
        aria-valuetext={pointText(data, at ?? 0)}
        className="rounded-sm"
        onKeyDown={onKey}
        role="slider"
        tabIndex={0}
      >
        {small ? (
          <Bars at={at} data={data} height={height} onPoint={hover} onSelect={onSelect} />
        ) : (
          <Suspense fallback={<div style={{ height }} />}>
            <Plot at={at} data={data} height={height} onPoint={hover} onSelect={onSelect} />
          </Suspense>
        )}
      </div>
      <p aria-hidden="true" className="figures min-h-4 truncate text-xs text-ink-3">
        {shown === undefined ? hint : pointText(data, shown)}
      </p>
    </div>
  );
}

function PointTable({ title, data }: Pick<Props, "title" | "data">) {
  return (
    <table className="w-full text-start text-xs">
      <caption className="sr-only">{title}</caption>
      <thead>
        <tr className="text-ink-3">
          <th className="font-medium" scope="col">
            {data.over ?? t("When")}
          </th>
          {data.series.map(({ name }) => (
            <th className="ps-3 text-end font-medium" key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {data.labels.map((label, index) => (
          <tr className="border-t" key={`${label}-${String(index)}`}>
            <td className="whitespace-nowrap">{label}</td>
            {data.series.map(({ name, texts }) => (
              <td className="figures ps-3 text-end whitespace-nowrap" key={name}>
                {texts[index]}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
