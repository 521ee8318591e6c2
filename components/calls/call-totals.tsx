"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTRPC } from "@/components/api/client";
import type { Outputs } from "@/components/api/outputs";
import { moneyText } from "@/components/billing/money-text";
import type { CallFilter } from "@/components/calls/call-filter";
import { countWords, dayBars, totalsSentence } from "@/components/calls/call-totals-words";
import { Chart } from "@/components/charts/chart";
import { useScope } from "@/components/shell/scope";
import { numberText } from "@/server/kernel/locale";
import { t } from "@/server/kernel/words";

export type Totals = Outputs["reports"]["calls"];
type Props = Readonly<{
  filter: CallFilter;
  set: (changes: Readonly<Record<string, string | undefined>>) => void;
}>;

/** The list is told of each call; figures of a hundred thousand are not made anew for every one. */
const RECHECK_MS = 60_000;

/** What the filter's calls come to, and when they were; drawing over days narrows the list to them. */
export function CallTotals({ filter, set }: Props) {
  const { tenantSlug } = useScope();
  const { cursor: _, sort: __, ...asked } = filter;
  const query = useQuery(
    useTRPC().reports.calls.queryOptions(
      { tenantSlug, ...asked, scope: asked.scope ?? "usual" },
      { placeholderData: keepPreviousData, refetchInterval: RECHECK_MS },
    ),
  );
  if (query.isError)
    return <p className="text-ink-2">{t("The totals of these calls cannot be read now. The list is not affected.")}</p>;
  return query.data ? <Figures set={set} totals={query.data} /> : null;
}

const paidText = ({ paid, currency }: Totals): string =>
  paid.length === 0 ? moneyText(0n, currency) : paid.map((sum) => moneyText(sum.micros, sum.currency)).join(" · ");

function Figures({ totals, set }: Readonly<{ totals: Totals; set: Props["set"] }>) {
  const data = useMemo(() => dayBars(totals), [totals]);
  const { answered, calls, talkMs, costMicros, currency } = totals;
  const facts = [
    { name: t("Calls"), value: countWords(totals) },
    { name: t("Answered"), value: calls === 0 ? "–" : `${Math.round((100 * answered) / calls)} %` },
    { name: t("Minutes"), value: numberText(Math.round(talkMs / 60_000)) },
    // The operator buys from nobody here.
    ...(totals.below && costMicros === 0n ? [] : [{ name: t("Cost"), value: moneyText(costMicros, currency) }]),
    ...(totals.below ? [{ name: t("Paid to you"), value: paidText(totals) }] : []),
  ];
  const onSelect = (from: number, to: number) => set({ from: data.keys[from], to: data.keys[to], before: undefined });
  return (
    <div className="grid grid-cols-1 items-end gap-x-10 gap-y-3 sm:grid-cols-[auto_minmax(0,1fr)]">
      <dl className="flex flex-wrap gap-x-8 gap-y-2">
        {facts.map(({ name, value }) => (
          <div key={name}>
            <dt className="text-xs text-ink-3">{name}</dt>
            <dd className="figures text-lg font-semibold">{value}</dd>
          </div>
        ))}
      </dl>
      <Chart
        data={data.chart}
        height={64}
        onSelect={onSelect}
        selects={t("Show these days")}
        small
        summary={totalsSentence(totals)}
        title={t("Calls by day")}
      />
    </div>
  );
}
