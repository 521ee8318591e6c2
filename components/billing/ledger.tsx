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
import { t } from "@/server/kernel/words";

type Props = Readonly<{ before: string | undefined; onPage: (before: string | undefined) => void }>;

const columnsIn = (
  currency: string,
  decimals: number,
  zone: string,
  callHref: (id: string) => string,
): readonly Column<LedgerRow>[] => [
  { key: "time", header: t("Time, {zone}", { zone }), fold: "second", cell: (line) => <Moment at={line.at} /> },
  {
    key: "kind",
    header: t("Type"),
    fold: "lead",
    cell: (line) => <span className="font-medium whitespace-nowrap">{ledgerKind(line.kind)}</span>,
  },
  {
    key: "what",
    header: t("Description"),
    grow: true,
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

/** Every movement of money, newest first. Lines are never changed; a correction is a new line. */
export function Ledger({ before, onPage }: Props) {
  const { tenantSlug, currency, timeZone, hrefOf } = useScope();
  const query = useQuery(
    useTRPC().billing.ledger.queryOptions(ledgerInput(tenantSlug, before), { placeholderData: keepPreviousData }),
  );
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
              live={{ scope: query.isPlaceholderData ? undefined : (before ?? "newest"), whole: !nextCursor }}
              rowKey={(line) => String(line.seq)}
              rows={items}
            />
            {(items.length > 0 || before) && (
              <Pages
                counted={t("{count, plural, one {# line} other {# lines}}", { count: items.length })}
                onNewest={before ? () => onPage(undefined) : undefined}
                onOlder={nextCursor ? () => onPage(nextCursor) : undefined}
              />
            )}
          </>
        );
      }}
    </QueryView>
  );
}
