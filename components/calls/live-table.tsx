"use client";

import type { ReactNode } from "react";

import type { LiveCall, Outputs } from "@/components/api/outputs";
import { Money } from "@/components/billing/money";
import { ratesDecimals } from "@/components/billing/money-text";
import { Duration } from "@/components/calls/duration";
import { HangUp } from "@/components/calls/hang-up";
import { mayBeEnded } from "@/components/calls/live-filter";
import { outcomeWords } from "@/components/calls/outcome-words";
import { Called, Caller } from "@/components/calls/parties";
import { StopsAt } from "@/components/calls/stops-at";
import { useScope } from "@/components/shell/scope";
import { cx } from "@/components/ui/cx";
import { type Column, DataTable } from "@/components/ui/data-table";
import { Tick } from "@/components/ui/tick";
import { useNow } from "@/components/ui/use-now";
import { t } from "@/server/kernel/words";

type Data = Outputs["calls"]["live"];
type Choose = (chosen: ReadonlySet<string>) => void;
type Props = Readonly<{
  data: Data;
  /** The filter that the calls have passed. */
  scope: string;
  /** What stands here without calls. */
  empty: ReactNode;
  /** The calls that are chosen; undefined where nobody may end calls. */
  chosen: ReadonlySet<string> | undefined;
  onChoose: Choose;
}>;

/** Counts from the server's clock, so every second on screen is a second of the call. */
export function LiveTable({ data, scope, empty, chosen, onChoose }: Props) {
  const now = useNow(data.serverNow);
  const { can, tenant } = useScope();
  const columns: Column<LiveCall>[] = [
    ...(tenant.kind === "customer" ? [] : [tenantColumn()]),
    ...whoColumns(now),
    ...moneyColumns(data, now, tenant.kind === "customer" ? "lg" : "2xl"),
    ...(can("calls.hang_up") ? [actColumn()] : []),
  ];
  const ended = data.items.filter(mayBeEnded).map(({ id }) => id);
  if (chosen && ended.length > 0) columns.unshift(chooseColumn(chosen, onChoose, ended));
  return (
    <DataTable
      caption={t("Live calls")}
      columns={columns}
      empty={empty}
      live={{ scope, whole: true }}
      rowKey={(call) => call.id}
      rows={data.items}
    />
  );
}

const secondsSince = (at: Date, now: Date): number => (now.getTime() - at.getTime()) / 1_000;

/** Calls between own extensions, to the echo test and to emergency numbers cost nothing; those from outside do where a price says so. */
const isPaid = (call: LiveCall): boolean =>
  call.kind === "external" || (call.kind === "inbound" && call.heldMicros > 0n);
const Free = () => <span className="text-ink-3">{t("free")}</span>;

function State({ call }: Readonly<{ call: LiveCall }>) {
  const { word, tone } = outcomeWords(call.answeredAt ? "live" : "ringing");
  return (
    <span className={cx("inline-flex items-center gap-1.5 font-medium", tone === "ok" ? "text-ok" : "text-info")}>
      <svg aria-hidden="true" className="size-2.5" viewBox="0 0 10 10">
        {call.answeredAt ? (
          <circle cx="5" cy="5" fill="currentColor" r="4.5" />
        ) : (
          <circle cx="5" cy="5" fill="none" r="4" stroke="currentColor" strokeDasharray="3 2" strokeWidth="1.5" />
        )}
      </svg>
      {word}
    </span>
  );
}

const tenantColumn = (): Column<LiveCall> => ({
  key: "tenant",
  header: t("Tenant"),
  cell: (call) => <span className="block max-w-40 truncate">{call.tenantName}</span>,
});

const chooseColumn = (chosen: ReadonlySet<string>, onChoose: Choose, all: readonly string[]): Column<LiveCall> => ({
  key: "choose",
  header: (
    <Tick
      checked={all.every((id) => chosen.has(id))}
      label={t("Choose all calls shown")}
      onChange={(on) => onChoose(new Set(on ? all : []))}
    />
  ),
  fold: "below",
  className: "sm:pe-2",
  cell: (call) =>
    mayBeEnded(call) && (
      <Tick
        checked={chosen.has(call.id)}
        label={t("Choose the call to {number}", { number: call.toFormatted })}
        onChange={(on) => onChoose(new Set(on ? [...chosen, call.id] : [...chosen].filter((id) => id !== call.id)))}
      />
    ),
});

const actColumn = (): Column<LiveCall> => ({
  key: "act",
  header: t("Actions"),
  fold: "below",
  cell: (call) => <HangUp callId={call.id} to={call.toFormatted} />,
});

const whoColumns = (now: Date): readonly Column<LiveCall>[] => [
  {
    key: "from",
    header: t("From"),
    fold: "second",
    cell: (call) => <Caller call={call} />,
  },
  {
    key: "to",
    header: t("To"),
    fold: "lead",
    cell: (call) => <Called call={call} />,
  },
  { key: "state", header: t("State"), cell: (call) => <State call={call} /> },
  {
    key: "since",
    header: t("Since"),
    numeric: true,
    cell: (call) => <Duration seconds={secondsSince(call.answeredAt ?? call.startedAt, now)} />,
  },
];

/** `rateFrom`: with a column of tenants beside it, the price a minute waits for a wider page; why a call stops must be read whole. */
function moneyColumns({ currency, items }: Data, now: Date, rateFrom: "lg" | "2xl"): readonly Column<LiveCall>[] {
  const decimals = ratesDecimals(items.map((call) => call.perMinuteMicros));
  return [
    {
      key: "rate",
      header: t("A minute, {currency}", { currency }),
      numeric: true,
      from: rateFrom,
      cell: (call) =>
        isPaid(call) ? <Money bare currency={currency} decimals={decimals} micros={call.perMinuteMicros} /> : <Free />,
    },
    {
      key: "cost",
      header: t("Cost so far, {currency}", { currency }),
      numeric: true,
      fold: "lead-end",
      cell: (call) =>
        isPaid(call) ? (
          <Money bare className="font-medium" currency={currency} decimals={4} micros={call.costMicrosNow} />
        ) : (
          <Free />
        ),
    },
    {
      key: "stops",
      header: t("Stops"),
      fold: "second-end",
      grow: true,
      className: "sm:min-w-44 sm:ps-4",
      cell: (call) => (
        <StopsAt because={call.stopsBecause} now={now} sentence={call.stopsBecauseSentence} until={call.grantedUntil} />
      ),
    },
  ];
}
