"use client";

import { useEffect } from "react";

import type { ReportParams } from "@/components/reports/report-params";
import { Button } from "@/components/ui/button";
import { isLayerOpen } from "@/components/ui/layers";
import { Select } from "@/components/ui/select";
import { isTyping } from "@/components/ui/typing";
import { type Period, periods, shifted, spanOf } from "@/server/domain/usage/period.schema";
import { type Message, msg, say, t } from "@/server/kernel/words";

type Set = (changes: Readonly<Record<string, string | undefined>>) => void;
type Props = Readonly<{ params: ReportParams; today: string; set: Set }>;

const words: Readonly<Record<Period, Message>> = {
  day: msg("Day"),
  week: msg("Week"),
  month: msg("Month"),
  year: msg("Year"),
  custom: msg("Custom"),
};
const zones = () => [
  { value: "tenant", label: t("Time of the tenant") },
  { value: "mine", label: t("My time") },
  { value: "utc", label: t("UTC") },
];

/** Which days the page is about. D W M Y C choose how many, the arrows go to the ones beside. */
export function PeriodControl({ params, today, set }: Props) {
  const { period, span, zone, compare } = params;
  useArrows(params, set);
  const choose = (next: Period) => set({ period: next, ...spanOf(next, span.to < today ? span.to : today) });

  return (
    <>
      <fieldset aria-label={t("Period")} className="flex flex-wrap gap-px">
        {periods.map((one) => (
          <Button
            aria-keyshortcuts={one.charAt(0)}
            aria-pressed={one === period}
            className={one === period ? "bg-accent-soft" : ""}
            data-shortcut={one.charAt(0)}
            key={one}
            look={one === period ? "plain" : "quiet"}
            onClick={() => choose(one)}
          >
            {say(words[one])}
          </Button>
        ))}
      </fieldset>
      <Shift params={params} set={set} />
      <Select
        choices={zones()}
        label={t("Time zone")}
        labelHidden
        name="zone"
        onChange={(event) => set({ zone: event.target.value === "tenant" ? undefined : event.target.value })}
        value={zone}
      />
      <label className="flex min-h-8 items-center gap-2">
        <input
          checked={compare}
          onChange={(event) => set({ compare: event.target.checked ? "1" : undefined })}
          type="checkbox"
        />
        {t("Compare with the period before")}
      </label>
    </>
  );
}

function Shift({ params: { period, span }, set }: Readonly<{ params: ReportParams; set: Set }>) {
  return (
    <span className="flex items-center gap-1">
      <Button
        aria-keyshortcuts="ArrowLeft"
        aria-label={t("The period before")}
        look="quiet"
        onClick={() => set(shifted(period, span, -1))}
      >
        <span className="inline-block rtl:-scale-x-100">←</span>
      </Button>
      {period === "custom" ? (
        <>
          <Day label={t("First day")} max={span.to} onDay={(from) => set({ from, to: span.to })} value={span.from} />
          <Day label={t("Last day")} min={span.from} onDay={(to) => set({ from: span.from, to })} value={span.to} />
        </>
      ) : (
        <bdi className="figures px-1" dir="ltr">
          {span.from === span.to ? span.from : `${span.from} – ${span.to}`}
        </bdi>
      )}
      <Button
        aria-keyshortcuts="ArrowRight"
        aria-label={t("The period after")}
        look="quiet"
        onClick={() => set(shifted(period, span, 1))}
      >
        <span className="inline-block rtl:-scale-x-100">→</span>
      </Button>
    </span>
  );
}

function useArrows({ period, span }: ReportParams, set: Set): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const steps = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (steps === undefined || isTyping(event) || event.shiftKey || isLayerOpen()) return;
      event.preventDefault();
      set(shifted(period, span, steps));
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [period, span, set]);
}

type DayProps = Readonly<{ label: string; value: string; min?: string; max?: string; onDay: (day: string) => void }>;

function Day({ label, value, min, max, onDay }: DayProps) {
  return (
    <input
      aria-label={label}
      className="control w-36"
      defaultValue={value}
      key={value}
      max={max}
      min={min}
      onChange={(event) => event.target.value && onDay(event.target.value)}
      type="date"
    />
  );
}
