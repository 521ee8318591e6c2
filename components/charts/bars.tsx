"use client";

import { type PointerEvent, useRef, useState } from "react";

import { barAt, type ChartData, topOf } from "@/components/charts/chart-data";
import { cx } from "@/components/ui/cx";

type Props = Readonly<{
  data: ChartData;
  height: number;
  /** The point that is looked at, by keys. */
  at: number | undefined;
  onPoint: (index: number | undefined) => void;
  onSelect?: ((from: number, to: number) => void) | undefined;
}>;

/** A pointer that moved less meant to point. */
const DRAG_PX = 4;
/** What is not nothing is seen. */
const LEAST = 3;

type Drag = Readonly<{ x: number; from: number; to: number; moved: boolean }>;

/** One series as bars, drawn by the page itself: small charts of lists come without the library of the large ones. */
export function Bars({ data, height, at, onPoint, onSelect }: Props) {
  const [drag, setDrag] = useState<Drag>();
  const place = useRef<HTMLDivElement>(null);
  const points = data.labels.length;
  const values = data.series[0]?.values ?? [];
  const top = topOf(data);
  const indexOf = (event: PointerEvent) => {
    const box = place.current?.getBoundingClientRect();
    const rtl = document.documentElement.dir === "rtl";
    return box ? barAt(rtl ? box.right - event.clientX : event.clientX - box.left, box.width, points) : 0;
  };
  const onDown = (event: PointerEvent) => {
    if (!onSelect || event.button !== 0 || points < 2) return;
    place.current?.setPointerCapture(event.pointerId);
    const from = indexOf(event);
    setDrag({ x: event.clientX, from, to: from, moved: false });
  };
  const onMove = (event: PointerEvent) => {
    const to = indexOf(event);
    onPoint(to);
    if (drag) setDrag({ ...drag, to, moved: drag.moved || Math.abs(event.clientX - drag.x) >= DRAG_PX });
  };
  const onUp = () => {
    setDrag(undefined);
    if (drag?.moved) onSelect?.(Math.min(drag.from, drag.to), Math.max(drag.from, drag.to));
  };
  const isIn = (index: number): boolean =>
    drag?.moved
      ? index >= Math.min(drag.from, drag.to) && index <= Math.max(drag.from, drag.to)
      : drag === undefined && index === at;

  return (
    <div aria-hidden="true" className="select-none text-xs text-ink-3" style={{ height }}>
      <div
        className={cx("flex h-[calc(100%-1.125rem)] touch-pan-y items-end border-b", onSelect && "cursor-crosshair")}
        data-bars=""
        onPointerCancel={() => setDrag(undefined)}
        onPointerDown={onDown}
        onPointerLeave={() => onPoint(undefined)}
        onPointerMove={onMove}
        onPointerUp={onUp}
        ref={place}
      >
        {values.map((value, index) => (
          <div
            className={cx("flex h-full min-w-0 flex-1 items-end justify-center", isIn(index) && "bg-accent-soft")}
            key={`${data.labels[index]}-${String(index)}`}
          >
            <div
              className="w-[70%] max-w-10 rounded-t-xs bg-[var(--rf-chart-1)]"
              style={{ height: value ? `${Math.max(LEAST, (100 * value) / top)}%` : 0 }}
            />
          </div>
        ))}
      </div>
      <Names labels={data.labels} />
    </div>
  );
}

/** The first, the middle and the last, where there is a middle. */
function Names({ labels }: Pick<ChartData, "labels">) {
  const last = labels.length - 1;
  const named = last > 1 ? [0, Math.floor(last / 2), last] : [0];
  return (
    <div className="flex justify-between leading-[1.125rem]">
      {named.map((index) => (
        <span key={index}>{labels[index]}</span>
      ))}
    </div>
  );
}
