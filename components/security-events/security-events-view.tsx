"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import { useCutPoll } from "@/components/api/live";
import type { Outputs, SecurityEventRow } from "@/components/api/outputs";
import { QueryView } from "@/components/api/query-view";
import { FactChip } from "@/components/blocks/fact-chip";
import { ExportLink } from "@/components/exports/export-link";
import { Severity } from "@/components/incidents/incident-badges";
import { SavedLists } from "@/components/saved-lists/saved-lists";
import { EventCounts } from "@/components/security-events/event-counts";
import { SecurityEventBar } from "@/components/security-events/security-event-bar";
import { noFilter, readSecurityEventFilter, typeText } from "@/components/security-events/security-event-filter";
import { Moment } from "@/components/shell/moment";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { zoneText } from "@/components/ui/clock-text";
import { type Column, DataTable } from "@/components/ui/data-table";
import { Empty } from "@/components/ui/empty";
import { later } from "@/components/ui/later";
import { PageHeader } from "@/components/ui/page-header";
import { Pages } from "@/components/ui/pages";
import { RowLink } from "@/components/ui/row-link";
import { useOpen } from "@/components/ui/use-open";
import { useParamsState } from "@/components/ui/use-params-state";
import { t } from "@/server/kernel/words";

const SecurityEventPanel = later(() =>
  import("@/components/security-events/security-event-panel").then((file) => file.SecurityEventPanel),
);

type Narrow = (changes: Readonly<Record<string, string>>) => void;

const columnsIn = (zone: string, above: boolean, narrow: Narrow): readonly Column<SecurityEventRow>[] => [
  {
    key: "at",
    stays: true,
    header: t("When, {zone}", { zone }),
    fold: "second",
    cell: (row) => (
      <RowLink id={row.key}>
        <Moment at={row.at} />
      </RowLink>
    ),
  },
  { key: "type", header: t("What"), grow: true, fold: "lead", cell: (row) => typeText(row.type) },
  { key: "severity", header: t("Severity"), from: "lg", cell: (row) => <Severity severity={row.severity} /> },
  {
    key: "account",
    header: t("User name"),
    fold: "second-end",
    cell: ({ account }) =>
      account && (
        <span className="text-xs">
          <FactChip kind="username" onOnly={() => narrow({ account })} value={account} />
        </span>
      ),
  },
  {
    key: "address",
    header: t("source|From"),
    fold: "lead-end",
    cell: ({ address, type }) => (
      <span className="text-xs sm:whitespace-nowrap">
        <FactChip kind="address" onOnly={() => narrow({ address })} reason={typeText(type)} value={address} />
      </span>
    ),
  },
  ...(above
    ? [{ key: "tenant", header: t("Tenant"), from: "lg", cell: (row: SecurityEventRow) => row.tenant.name } as const]
    : []),
  {
    key: "count",
    header: t("How often"),
    numeric: true,
    fold: "hide",
    cell: (row) => <span className="figures">{row.count}</span>,
  },
];

/** What the telephone system reports of sign-ins and requests that were wrong. */
export function SecurityEventsView() {
  const { tenantSlug, tenant } = useScope();
  const { params, set } = useParamsState();
  const cursor = params.get("before");
  const filter = readSecurityEventFilter(params);
  const refetchInterval = useCutPoll();
  const query = useQuery(
    useTRPC().securityEvents.list.queryOptions(
      { tenantSlug, ...filter, ...(cursor ? { cursor } : {}) },
      { placeholderData: keepPreviousData, refetchInterval },
    ),
  );
  const above = tenant.kind !== "customer";
  const clear = Object.keys(filter).length > 0 ? () => set(noFilter) : undefined;
  return (
    <>
      <PageHeader
        actions={
          <>
            <SavedLists page="security-events" />
            <ExportLink filter={filter} list="security_events" />
          </>
        }
        title={t("Security events")}
      >
        <SecurityEventBar above={above} filter={filter} set={set} />
      </PageHeader>
      <EventCounts filter={filter} set={set} />
      <QueryView query={query}>
        {(data) => (
          <Events
            above={above}
            data={data}
            narrow={(changes) => set({ ...changes, before: undefined })}
            onClear={clear}
            onPage={(before) => set({ before })}
            paged={cursor !== null}
            scope={query.isPlaceholderData ? undefined : JSON.stringify({ filter, cursor })}
          />
        )}
      </QueryView>
    </>
  );
}

type EventsProps = Readonly<{
  data: Outputs["securityEvents"]["list"];
  above: boolean;
  paged: boolean;
  /** Which filter and page the rows are of, when they have come. */
  scope: string | undefined;
  narrow: Narrow;
  onPage: (before: string | undefined) => void;
  /** Defined while a filter is set. */
  onClear: (() => void) | undefined;
}>;

function Events({ data, above, paged, scope, narrow, onPage, onClear }: EventsProps) {
  const { timeZone } = useScope();
  const { openId, close } = useOpen();
  const older = data.nextCursor;
  return (
    <>
      <DataTable
        caption={t("Security events")}
        columns={columnsIn(zoneText(timeZone), above, narrow)}
        empty={
          onClear ? (
            <Empty
              action={<Button onClick={onClear}>{t("Clear filter")}</Button>}
              title={older ? t("None of the newest matches. Older ones may.") : t("No event matches this filter.")}
            />
          ) : (
            <Empty title={t("Nothing was refused.")}>
              {t(
                "Wrong passwords, unknown user names and addresses that are not allowed are listed here as they come.",
              )}
            </Empty>
          )
        }
        live={{ scope, whole: !older }}
        openKey={openId}
        list="security-events"
        rowKey={(row) => row.key}
        rows={data.items}
      />
      {(data.items.length > 0 || paged || older) && (
        <Pages
          counted={t("{n, plural, one {# event} other {# events}}", { n: data.items.length })}
          onNewest={paged ? () => onPage(undefined) : undefined}
          onOlder={older ? () => onPage(older) : undefined}
        />
      )}
      {openId && <SecurityEventPanel eventId={openId} onClose={close} />}
    </>
  );
}
