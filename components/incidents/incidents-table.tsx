"use client";

import type { IncidentRow } from "@/components/api/outputs";
import { Money } from "@/components/billing/money";
import { agoText } from "@/components/calls/duration-text";
import { DueRing } from "@/components/incidents/due-ring";
import { IncidentState, Severity } from "@/components/incidents/incident-badges";
import { Moment } from "@/components/shell/moment";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { zoneText } from "@/components/ui/clock-text";
import { type Column, DataTable } from "@/components/ui/data-table";
import { Empty } from "@/components/ui/empty";
import { RowLink } from "@/components/ui/row-link";
import { descending, type Sorted } from "@/components/ui/sorted";
import { Tick } from "@/components/ui/tick";
import type { Live } from "@/components/ui/use-held-rows";
import { useNow } from "@/components/ui/use-now";
import { t } from "@/server/kernel/words";

type Props = Readonly<{
  rows: readonly IncidentRow[];
  live: Live;
  sorted: Sorted;
  /** The server's, when it answered. */
  now: Date;
  closed: boolean;
  filtered: boolean;
  /** What is put off shows until when. */
  snoozed: boolean;
  openId: string | undefined;
  onClear: () => void;
  /** The ids of those that are chosen; undefined where nobody may change any. */
  chosen: ReadonlySet<string> | undefined;
  onTick: (id: string, on: boolean, through: boolean) => void;
}>;

/** Incidents: what waits first, in it the worst; what is over by when it was last seen. */
export function IncidentsTable({
  rows,
  live,
  sorted,
  now,
  closed,
  snoozed,
  filtered,
  openId,
  onClear,
  chosen,
  onTick,
}: Props) {
  const { timeZone } = useScope();
  return (
    <DataTable
      caption={t("Incidents")}
      columns={[
        ...(chosen ? [chooseColumn(chosen, onTick)] : []),
        ...columnsIn(zoneText(timeZone), now),
        ...(snoozed ? [backColumn()] : []),
      ]}
      empty={
        filtered ? (
          <Empty
            action={<Button onClick={onClear}>{t("Clear the filter")}</Button>}
            title={t("No incident like that.")}
          />
        ) : (
          <Empty
            title={closed ? t("Nothing is over yet.") : snoozed ? t("Nothing is put off.") : t("Nothing needs you.")}
          >
            {t(
              "What the rules mind opens an incident here by itself: failed sign-ins, premium numbers, money that runs away.",
            )}
          </Empty>
        )
      }
      live={live}
      openKey={openId}
      list="incidents"
      rowKey={(row) => row.id}
      rows={rows}
      sorted={sorted}
    />
  );
}

const chooseColumn = (chosen: ReadonlySet<string>, onTick: Props["onTick"]): Column<IncidentRow> => ({
  key: "choose",
  header: <span className="sr-only">{t("Chosen")}</span>,
  cell: ({ id, number }) => (
    <Tick
      checked={chosen.has(id)}
      chooses={id}
      label={t("Choose {number}", { number })}
      onChange={(on, through) => onTick(id, on, through)}
    />
  ),
});

const backColumn = (): Column<IncidentRow> => ({
  key: "back",
  header: t("Comes back"),
  fold: "hide",
  cell: ({ snoozedUntil }) => snoozedUntil && <Moment at={snoozedUntil} />,
});

const columnsIn = (zone: string, now: Date): readonly Column<IncidentRow>[] => [
  ...whatColumns(),
  ...whenColumns(zone, now),
];

const whatColumns = (): readonly Column<IncidentRow>[] => [
  {
    key: "number",
    sort: descending("number"),
    header: t("No."),
    fold: "hide",
    cell: (row) => <span className="figures text-ink-2">{row.number}</span>,
  },
  { key: "severity", header: t("Severity"), fold: "lead-end", cell: (row) => <Severity severity={row.severity} /> },
  {
    key: "title",
    header: t("What"),
    grow: "text",
    fold: "lead",
    cell: (row) => (
      <RowLink className="font-medium" id={row.id}>
        {row.title}
        {row.merged > 0 && <span className="font-normal text-ink-3"> +{row.merged}</span>}
      </RowLink>
    ),
  },
  {
    key: "tenant",
    header: t("Tenant"),
    from: "lg",
    cell: ({ tenants, tenantCount }) => (
      <span className="break-words">
        {tenants.map(({ name }) => name).join(", ")}
        {tenantCount > tenants.length && <span className="text-ink-3"> +{tenantCount - tenants.length}</span>}
      </span>
    ),
  },
  {
    key: "exposure",
    header: t("Exposure"),
    numeric: true,
    fold: "hide",
    cell: ({ losses }) =>
      losses.map(({ currency, chargedMicros, heldMicros }) => (
        <Money className="block" currency={currency} key={currency} micros={chargedMicros + heldMicros} />
      )),
  },
  {
    key: "signals",
    header: t("Signals"),
    numeric: true,
    fold: "hide",
    cell: (row) => <span className="figures">{row.signals}</span>,
  },
];

const whenColumns = (zone: string, now: Date): readonly Column<IncidentRow>[] => [
  { key: "age", header: t("Age"), numeric: true, from: "lg", cell: (row) => <Age at={row.openedAt} serverNow={now} /> },
  {
    key: "last",
    sort: descending("last"),
    header: t("Last seen, {zone}", { zone }),
    named: true,
    fold: "second",
    cell: (row) => <Moment at={row.lastAt} />,
  },
  {
    key: "owner",
    header: t("Owner"),
    from: "lg",
    cell: (row) => row.ownerName ?? <span className="text-ink-3">{t("Nobody")}</span>,
  },
  {
    key: "clock",
    header: t("Clock"),
    fold: "hide",
    cell: (row) => row.due && <DueRing due={row.due} serverNow={now} />,
  },
  { key: "state", header: t("State"), fold: "second-end", cell: (row) => <IncidentState state={row.state} /> },
];

/** How long ago it was opened. */
function Age({ at, serverNow }: Readonly<{ at: Date; serverNow: Date }>) {
  const now = useNow(serverNow);
  return <span className="figures whitespace-nowrap text-ink-2">{agoText(now.getTime() - at.getTime())}</span>;
}
