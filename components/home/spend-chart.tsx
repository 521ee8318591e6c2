"use client";

import { Money } from "@/components/billing/money";
import { moneyText } from "@/components/billing/money-text";
import { dayKey, dayName, type SpendDay, spendBars } from "@/components/home/spend-bars";

type Props = Readonly<{ days: readonly SpendDay[]; cap: bigint | null; currency: string }>;

const STEP = 20;
const WIDTH = 14;

/** One bar a day from zero, the cap as a line, and the same as a table for who does not see it. */
export function SpendChart({ days, cap, currency }: Props) {
  const { bars, capAt } = spendBars(days, cap);
  const first = days[0];
  const last = days.at(-1);
  const total = days.reduce((sum, day) => sum + day.costMicros, 0n);
  if (!first || !last) return <p className="text-ink-2">Nothing was spent yet.</p>;
  return (
    <figure className="grid gap-1">
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
        {capAt !== undefined && (
          <line
            className="stroke-warn"
            strokeDasharray="4 3"
            strokeWidth="1.5"
            vectorEffect="non-scaling-stroke"
            x1="0"
            x2={days.length * STEP}
            y1={100 - capAt}
            y2={100 - capAt}
          />
        )}
        <line
          className="stroke-outline"
          strokeWidth="1"
          vectorEffect="non-scaling-stroke"
          x1="0"
          x2={days.length * STEP}
          y1="100"
          y2="100"
        />
      </svg>
      <figcaption className="flex justify-between text-xs text-ink-3">
        <span>{dayName(dayKey(first.day))}</span>
        <span>
          {moneyText(total, currency)} in all{cap !== null && `, cap ${moneyText(cap, currency)} a day`}
        </span>
        <span>{dayName(dayKey(last.day))}</span>
      </figcaption>
      <details>
        <summary className="min-h-6 text-xs text-ink-2">As a table</summary>
        <table className="mt-1 w-full text-left text-xs">
          <thead>
            <tr className="text-ink-3">
              <th className="font-medium" scope="col">
                Day
              </th>
              <th className="text-right font-medium" scope="col">
                Calls
              </th>
              <th className="text-right font-medium" scope="col">
                Cost
              </th>
            </tr>
          </thead>
          <tbody>
            {days.map((day) => (
              <tr className="border-t" key={dayKey(day.day)}>
                <td>{dayName(dayKey(day.day))}</td>
                <td className="figures text-right">{day.calls}</td>
                <td className="text-right">
                  <Money currency={currency} micros={day.costMicros} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}
