"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import { QueryView } from "@/components/api/query-view";
import { moneyText } from "@/components/billing/money-text";
import { Chart } from "@/components/charts/chart";
import { CustomersTable } from "@/components/earnings/customers-table";
import {
  changeOf,
  type EarningsData,
  earningsChart,
  earningsSentence,
  forecastSentence,
  topMovers,
} from "@/components/earnings/earnings-words";
import { monthAfter, monthIn, monthName } from "@/components/earnings/month-in";
import { ExportLink } from "@/components/exports/export-link";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/empty";
import { PageHeader } from "@/components/ui/page-header";
import { Section } from "@/components/ui/section";
import { useParamsState } from "@/components/ui/use-params-state";
import { t } from "@/server/kernel/words";

/** What is left of what those below paid, by day and by customer, and where the month may end. */
export function EarningsView() {
  const { tenantSlug, tenant } = useScope();
  const { params, set } = useParamsState();
  const month = monthIn(params.get("month"));
  const query = useQuery(
    useTRPC().earnings.month.queryOptions({ tenantSlug, month }, { placeholderData: keepPreviousData }),
  );
  const go = (data: EarningsData, steps: number) => {
    const next = monthAfter(data.month, steps);
    const now = data.goesOn ? data.month : undefined;
    set({ month: next === now ? undefined : next }, "replace");
  };
  return (
    <>
      <PageHeader
        actions={
          query.data &&
          query.data.customers.length > 0 && <ExportLink filter={{ month: query.data.month }} list="earnings" />
        }
        title={t("Earnings")}
      >
        {query.data && (
          <div className="flex flex-wrap items-center gap-2">
            <Button onClick={() => go(query.data, -1)}>{t("Month before")}</Button>
            <span className="figures min-w-28 text-center font-medium">{monthName(query.data.month)}</span>
            <Button disabled={query.data.goesOn} onClick={() => go(query.data, 1)}>
              {t("Month after")}
            </Button>
          </div>
        )}
      </PageHeader>
      {tenant.kind === "customer" ? (
        <Empty title={t("Only who sells has earnings.")}>
          {t("A customer has nobody below it who pays for calls.")}
        </Empty>
      ) : (
        <QueryView query={query}>{(data) => <Body data={data} />}</QueryView>
      )}
    </>
  );
}

function Body({ data }: Readonly<{ data: EarningsData }>) {
  const { currency } = data;
  const forecast = forecastSentence(data);
  if (data.customers.length === 0) {
    return (
      <Empty title={t("Nothing was earned in {month}.", { month: monthName(data.month) })}>
        {t("As soon as somebody below you makes a call, what is left of its price stands here.")}
      </Empty>
    );
  }
  return (
    <div className="grid gap-8">
      <Chart data={earningsChart(data)} summary={earningsSentence(data)} title={t("Revenue and earnings by day")} />
      {data.goesOn && (
        <Section level={2} title={t("Forecast, not a promise")}>
          <p className="max-w-prose">
            {forecast ?? t("With fewer than 14 days of calls there is no pattern yet to go by.")}
          </p>
        </Section>
      )}
      <Movers data={data} />
      <CustomersTable data={data} />
      {data.withoutCost > 0 && (
        <p className="text-ink-2">
          {t(
            "{calls, plural, one {# call} other {# calls}} went to numbers of which your plan of what carriers ask has no price in {currency}: here they cost nothing.",
            { calls: data.withoutCost, currency },
          )}
        </p>
      )}
      {data.otherMoney.map((other) => (
        <p className="text-ink-2" key={other.currency}>
          {t("{sum} came in another currency. Its cost is in {currency}, so what is left of it is in no figure here.", {
            sum: moneyText(other.revenueMicros, other.currency),
            currency,
          })}
        </p>
      ))}
    </div>
  );
}

function Movers({ data }: Readonly<{ data: EarningsData }>) {
  const movers = topMovers(data.customers, 5);
  if (movers.length === 0) return null;
  return (
    <Section level={2} title={t("Moved the most since {month}", { month: monthName(data.before.month) })}>
      <ul className="grid gap-1">
        {movers.map((part) => (
          <li className="flex gap-2" key={part.slug ?? part.name}>
            <span aria-hidden="true">{changeOf(part) > 0n ? "▲" : "▼"}</span>
            <bdi className="min-w-0 truncate">{part.name}</bdi>
            <span className={changeOf(part) > 0n ? "figures text-ok" : "figures text-bad"}>
              {moneyText(changeOf(part), data.currency, { signed: true })}
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
