"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import Link from "next/link";

import { useTRPC } from "@/components/api/client";
import type { LedgerRow } from "@/components/api/outputs";
import { QueryView } from "@/components/api/query-view";
import { ledgerInput } from "@/components/billing/ledger-input";
import { ledgerKind } from "@/components/billing/ledger-words";
import { Money } from "@/components/billing/money";
import { columnDecimals } from "@/components/billing/money-text";
import { Moment } from "@/components/shell/moment";
import { useScope } from "@/components/shell/scope";
import { zoneText } from "@/components/ui/clock-text";
import { type Column, DataTable } from "@/components/ui/data-table";
import { Empty } from "@/components/ui/empty";
import { Pages } from "@/components/ui/pages";
import { descending } from "@/components/ui/sorted";
import { useParamsState } from "@/components/ui/use-params-state";
import { useSorted } from "@/components/ui/use-sorted";
import { t } from "@/server/kernel/words";

const timeColumn = (zone: string): Column<LedgerRow> => ({
  key: "time",
  sort: descending("time"),
  header: t("Time, {zone}", { zone }),
  fold: "second",
  cell: (line) => <Moment at={line.at} />,
});

const columnsIn = (
  currency: string,
  decimals: number,
  zone: string,
  callHref: (id: string) => string,
): readonly Column<LedgerRow>[] => [
  timeColumn(zone),
  {
    key: "kind",
    header: t("Type"),
    fold: "lead",
    cell: (line) => <span className="font-medium whitespace-nowrap">{ledgerKind(line.kind)}</span>,
  },
  {
    key: "what",
    header: t("Description"),
    grow: "text",
    stays: true,
    cell: (line) =>
      line.callId ? (
        <Link className="underline-offset-2 hover:underline" data-row="" href={callHref(line.callId)}>
          {line.memo}
        </Link>
      ) : (
        line.memo
      ),
  },
  {
    key: "by",
    header: t("By"),
    from: "lg",
    cell: (line) => <span className="whitespace-nowrap text-ink-2">{line.actor}</span>,
  },
  {
    key: "amount",
    header: t("Amount, {currency}", { currency }),
    numeric: true,
    fold: "lead-end",
    cell: (line) => (
      <Money
        bare
        className={line.amountMicros > 0n ? "text-ok" : ""}
        currency={currency}
        decimals={decimals}
        micros={line.amountMicros}
        signed
      />
    ),
  },
  {
    key: "after",
    header: t("Balance after"),
    numeric: true,
    fold: "second-end",
    cell: (line) => (
      <Money bare className="text-ink-2" currency={currency} decimals={decimals} micros={line.balanceAfterMicros} />
    ),
  },
];

/** Every movement of money, newest first or oldest. Lines are never changed; a correction is a new line. */
export function Ledger() {
  const { tenantSlug, currency, timeZone, hrefOf } = useScope();
  const { params, set } = useParamsState();
  const sorted = useSorted("time", "before");
  const input = ledgerInput(tenantSlug, params);
  const before = input.cursor;
  const query = useQuery(useTRPC().billing.ledger.queryOptions(input, { placeholderData: keepPreviousData }));
  return (
    <QueryView query={query}>
      {({ items, nextCursor }) => {
        const decimals = columnDecimals(
          items.flatMap((line) => [line.amountMicros, line.balanceAfterMicros]),
          currency,
        );
        return (
          <>
            <DataTable
              caption={t("Ledger")}
              columns={columnsIn(currency, decimals, zoneText(timeZone), (id) => `${hrefOf("calls")}?open=${id}`)}
              empty={
                <Empty title={t("No money has moved yet.")}>
                  {t("The first top-up or call writes the first line.")}
                </Empty>
              }
              live={{ scope: query.isPlaceholderData ? undefined : JSON.stringify(input), whole: !nextCursor }}
              list="ledger"
              rowKey={(line) => String(line.seq)}
              rows={items}
              sorted={sorted}
            />
            {(items.length > 0 || before) && (
              <Pages
                counted={t("{count, plural, one {# line} other {# lines}}", { count: items.length })}
                onNewest={before ? () => set({ before: undefined }) : undefined}
                onOlder={nextCursor ? () => set({ before: nextCursor }) : undefined}
                unusual={sorted.by !== "time"}
              />
            )}
          </>
        );
      }}
    </QueryView>
  );
}
