"use client";

import { moneyText } from "@/components/billing/money-text";
import { dayKey, dayName, type SpendDay, spendBars } from "@/components/home/spend-bars";
import { spendSentence } from "@/components/home/spend-sentence";
import { SpendTable } from "@/components/home/spend-table";
import { t } from "@/server/kernel/words";

type Props = Readonly<{ days: readonly SpendDay[]; cap: bigint | null; currency: string }>;

const STEP = 20;
const WIDTH = 14;

/** One bar a day from zero and the cap as a line; the same as a sentence, and as a table. */
export function SpendChart({ days, cap, currency }: Props) {
  const { bars, capAt } = spendBars(days, cap);
  const first = days[0];
  const last = days.at(-1);
  const total = days.reduce((sum, day) => sum + day.costMicros, 0n);
  if (!first || !last || total === 0n) return <p className="text-ink-2">{t("Nothing was spent yet.")}</p>;
  return (
    <figure className="grid gap-1">
      <figcaption>{spendSentence(days, cap, currency)}</figcaption>
      <svg
        aria-hidden="true"
        className="h-24 w-full"
        focusable="false"
        preserveAspectRatio="none"
        viewBox={`0 0 ${days.length * STEP} 100`}
      >
        {bars.map((bar, index) => (
          <rect
            className={index === bars.length - 1 ? "fill-accent" : "fill-outline"}
            height={bar.height}
            key={bar.key}
            width={WIDTH}
            x={index * STEP + (STEP - WIDTH) / 2}
            y={100 - bar.height}
          >
            <title>{`${dayName(bar.key)}: ${moneyText(days[index]?.costMicros ?? 0n, currency)}`}</title>
          </rect>
        ))}
        {capAt !== undefined && <Line className="stroke-warn" dashed days={days.length} height={capAt} />}
        <Line className="stroke-outline" days={days.length} height={0} />
      </svg>
      <p aria-hidden="true" className="flex justify-between text-xs text-ink-3" dir="ltr">
        <bdi>{dayName(dayKey(first.day))}</bdi>
        <bdi>{dayName(dayKey(last.day))}</bdi>
      </p>
      <SpendTable currency={currency} days={days} />
    </figure>
  );
}

type LineProps = Readonly<{ className: string; days: number; height: number; dashed?: boolean }>;

function Line({ className, days, height, dashed }: LineProps) {
  return (
    <line
      className={className}
      strokeDasharray={dashed ? "4 3" : undefined}
      vectorEffect="non-scaling-stroke"
      x1="0"
      x2={days * STEP}
      y1={100 - height}
      y2={100 - height}
    />
  );
}
