"use client";

import { useRouter } from "next/navigation";
import { useCallback, useMemo } from "react";
import { moneyText } from "@/components/billing/money-text";
import { Chart } from "@/components/charts/chart";
import { HeatTable } from "@/components/reports/heat-table";
import { type Money, PartsTable } from "@/components/reports/parts-table";
import { placeName } from "@/components/reports/place-name";
import { chartsOf } from "@/components/reports/report-charts";
import {
  acdOf,
  asrOf,
  changeText,
  costOf,
  countOf,
  lengthText,
  marginOf,
  minutesText,
  type ReportData,
  revenueOf,
  shareText,
} from "@/components/reports/report-words";
import { useScope } from "@/components/shell/scope";
import { cx } from "@/components/ui/cx";
import { outcomeWords } from "@/server/domain/calls/outcome-kinds.schema";
import { type Message, msg, say, t } from "@/server/kernel/words";

type Props = Readonly<{ report: ReportData; before: ReportData | undefined }>;

/** What a carrier takes for a call is not on record, so the operator has no margin to show. */
const moneyOf = { customer: "cost", reseller: "margin", operator: "revenue" } as const;
const ways: Readonly<Record<string, Message>> = {
  out: msg("Outgoing"),
  in: msg("Incoming"),
  internal: msg("Internal"),
};

function footnote({ zone, otherMoney }: ReportData): string {
  if (otherMoney.length === 0) {
    return t(
      "Ended calls by when they began, to this second; days of {zone}. Money without tax, corrections included.",
      { zone },
    );
  }
  const money = otherMoney.map(({ currency, revenueMicros }) => moneyText(revenueMicros, currency)).join(", ");
  return t(
    "Ended calls by when they began, to this second; days of {zone}. Money without tax, corrections included; besides {money} in other currencies.",
    { zone, money },
  );
}

/** The charts and tables of one period. */
export function ReportBody({ report, before }: Props) {
  const { tenant } = useScope();
  const money = moneyOf[tenant.kind];
  const onSelect = useOpenCalls(report);
  const charts = useMemo(() => chartsOf(report, before, money), [report, before, money]);
  if (report.total.calls === 0)
    return (
      <p className="border-y py-3 text-ink-2">
        {t("No call ended in these days ({from} to {to}, {zone}). Choose another period.", {
          from: report.span.from,
          to: report.span.to,
          zone: report.zone,
        })}
      </p>
    );
  return (
    <div className="grid grid-cols-1 gap-8">
      <Totals money={money} report={report} />
      <div className="grid grid-cols-1 gap-x-12 gap-y-8 xl:grid-cols-2">
        {charts.map(({ title, summary, data, selects }) => (
          <Chart
            data={data}
            key={title}
            {...(selects ? { onSelect, selects: t("Show these calls") } : {})}
            summary={summary}
            title={title}
          />
        ))}
        <HeatTable report={report} />
      </div>
      <Tables money={money} report={report} />
      <p className="text-xs text-ink-3">{footnote(report)}</p>
    </div>
  );
}

function Tables({ report, money }: Readonly<{ report: ReportData; money: Money }>) {
  const { hrefOf } = useScope();
  const span = `from=${report.span.from}&to=${report.span.to}`;
  return (
    <div className={cx("grid gap-x-12 gap-y-8", money !== "margin" && "xl:grid-cols-2")}>
      <PartsTable money={money} of="tenants" parts={report.tenants} report={report} title={t("By tenant")} />
      <PartsTable
        nameOf={({ value }) => placeName(value)}
        of="destinations"
        parts={report.countries}
        report={report}
        money={money}
        title={t("By destination")}
      />
      <PartsTable
        of="extensions"
        onOpen={({ value }) => `${hrefOf("calls")}?scope=own&extension=${value}&${span}`}
        parts={report.extensions}
        report={report}
        money="cost"
        title={t("By extension")}
      />
      <PartsTable
        nameOf={({ value }) => wayName(value)}
        of="outcomes"
        parts={report.ways}
        report={report}
        money={money === "revenue" ? "revenue" : "cost"}
        title={t("By direction and outcome")}
      />
    </div>
  );
}

/** From points of a chart to the calls that they count. */
function useOpenCalls(report: ReportData): (from: number, to: number) => void {
  const router = useRouter();
  const { hrefOf } = useScope();
  return useCallback(
    (from, to) => {
      const [first, last] = [report.points[from]?.key, report.points[to]?.key];
      if (!first || !last) return;
      const [begin, end] = report.bucket === "day" ? [first, last] : [report.span.from, report.span.to];
      const within = report.bucket === "month" ? [`${first}-01`, lastDayOf(last)] : [begin, end];
      router.push(`${hrefOf("calls")}?from=${within[0]}&to=${within[1]}`);
    },
    [report, router, hrefOf],
  );
}

const lastDayOf = (month: string): string => {
  const [year = 0, of = 1] = month.split("-").map(Number);
  return new Date(Date.UTC(year, of, 0)).toISOString().slice(0, 10);
};

function Totals({ report, money: told }: Readonly<{ report: ReportData; money: Money }>) {
  const { total, previous, currency } = report;
  const money = (of: typeof costOf) => ({
    now: moneyText(of(total), currency),
    change: changeText(Number(of(total)), Number(of(previous))),
  });
  const facts = [
    ...(told === "cost" ? [{ name: t("Spent"), ...money(costOf) }] : [{ name: t("Revenue"), ...money(revenueOf) }]),
    ...(told === "margin"
      ? [
          { name: t("Cost"), ...money(costOf) },
          { name: t("Margin"), ...money(marginOf) },
        ]
      : []),
    { name: t("Calls"), now: countOf(total.calls), change: changeText(total.calls, previous.calls) },
    { name: t("Minutes"), now: minutesText(total.talkMs), change: changeText(total.talkMs, previous.talkMs) },
    {
      name: t("Answered (ASR)"),
      now: shareText(asrOf(total)),
      change: t("{value} before", { value: shareText(asrOf(previous)) }),
    },
    {
      name: t("Average length (ACD)"),
      now: lengthText(acdOf(total)),
      change: t("{value} before", { value: lengthText(acdOf(previous)) }),
    },
  ];
  return (
    <dl className="flex flex-wrap gap-x-10 gap-y-3 border-y py-3">
      {facts.map(({ name, now, change }) => (
        <div key={name}>
          <dt className="text-xs text-ink-3">{name}</dt>
          <dd className="figures text-lg font-semibold">{now}</dd>
          <dd className="text-xs text-ink-2">{change}</dd>
        </div>
      ))}
    </dl>
  );
}

function wayName(value: string): string {
  const [way = "", outcome = ""] = value.split(":");
  const [known, ended] = [ways[way], outcomeWords[outcome]];
  return t("{way}, {outcome}", {
    way: known ? say(known) : way,
    outcome: ended ? say(ended) : outcome.replace("_", " "),
  });
}
