"use client";

import Link from "next/link";
import type { CallRow, Outputs } from "@/components/api/outputs";
import { Money } from "@/components/billing/money";
import { columnDecimals } from "@/components/billing/money-text";
import { type CallFilter, isFiltered, noFilter } from "@/components/calls/call-filter";
import { CallOutcome } from "@/components/calls/call-outcome";
import { Duration } from "@/components/calls/duration";
import { FoldedCalled, FoldedCaller } from "@/components/calls/parties";
import { Moment } from "@/components/shell/moment";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { buttonClass } from "@/components/ui/button-class";
import { zoneText } from "@/components/ui/clock-text";
import { type Column, DataTable } from "@/components/ui/data-table";
import { Empty } from "@/components/ui/empty";
import { Pages } from "@/components/ui/pages";
import { RowLink } from "@/components/ui/row-link";
import { descending } from "@/components/ui/sorted";
import { useSorted } from "@/components/ui/use-sorted";
import { rich, richly } from "@/components/words/rich";
import { type Message, msg, t } from "@/server/kernel/words";

type Props = Readonly<{
  data: Outputs["calls"]["list"];
  filter: CallFilter;
  scope: string | undefined;
  openId: string | undefined;
  /** Defined while calls are still looked through; ends that. */
  searching?: (() => void) | undefined;
  set: (changes: Readonly<Record<string, string | undefined>>) => void;
}>;

type Looked = Readonly<{ searching: boolean; none: boolean; oldestFirst: boolean }>;

const lookedWords = ({ searching, none, oldestFirst }: Looked): Message => {
  if (oldestFirst) {
    if (searching)
      return none
        ? msg("Looking through newer calls: so far up to {at}, none found.")
        : msg("Looking through newer calls: so far up to {at}.");
    return none ? msg("Looked up to {at}, none found.") : msg("Looked up to {at}.");
  }
  if (searching)
    return none
      ? msg("Looking through older calls: so far back to {at}, none found.")
      : msg("Looking through older calls: so far back to {at}.");
  return none ? msg("Looked back to {at}, none found.") : msg("Looked back to {at}.");
};

type Shown = Outputs["calls"]["list"];

function columnsIn({ items, currency, below }: Shown, zone: string): readonly Column<CallRow>[] {
  const decimals = columnDecimals(
    items.map((call) => call.costMicros),
    currency,
  );
  // The operator buys from nobody here: a column of nothing.
  const costs = !below || items.some((call) => call.costMicros > 0n);
  return [
    {
      key: "time",
      sort: descending("time"),
      header: t("Time, {zone}", { zone }),
      fold: "second-end",
      stays: true,
      cell: (call) => (
        <RowLink id={call.id}>
          <Moment at={call.startedAt} />
        </RowLink>
      ),
    },
    ...(below ? [tenantColumn()] : []),
    {
      key: "from",
      header: t("From"),
      fold: "second",
      cell: (call) => <FoldedCaller call={call} />,
    },
    {
      key: "to",
      header: t("To"),
      fold: "lead",
      cell: (call) => <FoldedCalled call={call} />,
    },
    {
      key: "outcome",
      header: t("Outcome"),
      fold: "second",
      grow: true,
      className: "max-sm:ps-10",
      cell: (call) => <CallOutcome {...call} clipped />,
    },
    {
      key: "talk",
      header: t("Talk"),
      numeric: true,
      cell: (call) => (call.answeredAt ? <Duration seconds={call.talkMs / 1_000} /> : nothing),
    },
    ...(costs ? [costColumn(currency, decimals, !below)] : []),
    ...(below ? [paidColumn(items, currency)] : []),
  ];
}

const nothing = <span className="text-ink-3">–</span>;

const costColumn = (currency: string, decimals: number, lead: boolean): Column<CallRow> => ({
  key: "cost",
  header: t("Cost, {currency}", { currency }),
  numeric: true,
  ...(lead && { fold: "lead-end" as const }),
  cell: (call) =>
    call.answeredAt && (call.kind === "external" || (call.kind === "inbound" && call.costMicros > 0n)) ? (
      <Money bare currency={currency} decimals={decimals} micros={call.costMicros} />
    ) : (
      nothing
    ),
});

const tenantColumn = (): Column<CallRow> => ({
  key: "tenant",
  header: t("Tenant"),
  fold: "below",
  className: "max-sm:text-ink-2",
  cell: ({ below }) => <bdi className="block max-w-48 truncate">{below?.tenant.name}</bdi>,
});

/** What the tenant directly below paid; its currency stands with the figure where it is another. */
function paidColumn(items: Shown["items"], currency: string): Column<CallRow> {
  const decimals = columnDecimals(
    items.flatMap(({ below }) => (below?.paid?.currency === currency ? [below.paid.micros] : [])),
    currency,
  );
  return {
    key: "paid",
    header: t("Paid to you, {currency}", { currency }),
    numeric: true,
    fold: "lead-end",
    cell: ({ below, answeredAt }) =>
      !below?.paid || !answeredAt ? (
        nothing
      ) : below.paid.currency === currency ? (
        <Money bare currency={currency} decimals={decimals} micros={below.paid.micros} />
      ) : (
        <Money currency={below.paid.currency} micros={below.paid.micros} />
      ),
  };
}

export function CallsTable({ data, filter, scope, openId, searching, set }: Props) {
  const { timeZone } = useScope();
  const older = data.nextCursor;
  const sorted = useSorted("time", "before");

  return (
    <>
      <DataTable
        caption={t("Calls")}
        columns={columnsIn(data, zoneText(timeZone))}
        empty={
          data.searchedTo ? null : (
            <NoCalls below={data.below} filtered={isFiltered(filter)} onClear={() => set(noFilter)} />
          )
        }
        live={filter.cursor === undefined ? { scope, whole: !older } : undefined}
        openKey={openId}
        list="calls"
        rowKey={(call) => call.id}
        rows={data.items}
        sorted={sorted}
      />
      {data.searchedTo && (
        <p aria-live="polite" className="flex flex-wrap items-center gap-3 py-3 text-ink-2">
          <span>
            {richly(
              lookedWords({
                searching: searching !== undefined,
                none: data.items.length === 0,
                oldestFirst: filter.sort === "-time",
              }),
              {
                at: <Moment at={data.searchedTo} />,
              },
            )}
          </span>
          {searching ? (
            <Button onClick={searching}>{t("Stop")}</Button>
          ) : (
            older && <Button onClick={() => set({ before: older })}>{t("Go on from there")}</Button>
          )}
        </p>
      )}
      {!data.searchedTo && (data.items.length > 0 || filter.cursor) && (
        <Pages
          counted={t("{calls, plural, one {# call} other {# calls}}", { calls: data.items.length })}
          onNewest={filter.cursor ? () => set({ before: undefined }) : undefined}
          onOlder={older ? () => set({ before: older }) : undefined}
          unusual={sorted.by !== "time"}
        />
      )}
    </>
  );
}

function NoCalls({ below, filtered, onClear }: Readonly<{ below: boolean; filtered: boolean; onClear: () => void }>) {
  const { hrefOf } = useScope();
  if (filtered) {
    return (
      <Empty action={<Button onClick={onClear}>{t("Clear filter")}</Button>} title={t("No call matches this filter.")}>
        {t("Calls outside the filter are not shown; nothing was deleted.")}
      </Empty>
    );
  }
  if (below) {
    return (
      <Empty title={t("No calls yet.")}>
        {t("Calls of your tenants and all below them appear here while they last, with what was paid to you.")}
      </Empty>
    );
  }
  return (
    <Empty
      action={
        <Link className={buttonClass("primary")} href={hrefOf("extensions")}>
          {t("Connect a phone")}
        </Link>
      }
      title={t("No calls yet.")}
    >
      {rich(
        "Dial {code} on a connected phone to hear yourself. The call appears here while it lasts, with its price.",
        {
          code: <code dir="ltr">*43</code>,
        },
      )}
    </Empty>
  );
}
