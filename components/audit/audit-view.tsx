"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTRPC } from "@/components/api/client";
import type { AuditRow, Outputs } from "@/components/api/outputs";
import { QueryView } from "@/components/api/query-view";
import { AuditCheck } from "@/components/audit/audit-check";
import { AuditFiles } from "@/components/audit/audit-files";
import { noFilter, readAuditFilter } from "@/components/audit/audit-filter";
import { AuditFilterBar } from "@/components/audit/audit-filter-bar";
import { AuditOutcome } from "@/components/audit/audit-outcome";
import { FactChip } from "@/components/blocks/fact-chip";
import { ExportLink } from "@/components/exports/export-link";
import { SavedLists } from "@/components/saved-lists/saved-lists";
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

const AuditPanel = later(() => import("@/components/audit/audit-panel").then((file) => file.AuditPanel));

const columnsIn = (zone: string, onAbout: (about: string) => void): readonly Column<AuditRow>[] => [
  {
    key: "at",
    stays: true,
    header: t("When, {zone}", { zone }),
    fold: "second",
    cell: (row) => (
      <RowLink id={String(row.seq)}>
        <Moment at={row.at} />
      </RowLink>
    ),
  },
  {
    key: "who",
    header: t("Who"),
    fold: "second-end",
    cell: (row) => (
      <span className="whitespace-nowrap">
        {row.actor}
        {row.actingFor && <span className="text-ink-3"> {t("for {tenant}", { tenant: row.actingFor })}</span>}
      </span>
    ),
  },
  {
    key: "action",
    header: t("Action"),
    fold: "lead",
    cell: (row) => <code className="text-xs whitespace-nowrap">{row.action}</code>,
  },
  {
    key: "subject",
    header: t("audit|Subject"),
    grow: true,
    cell: (row) => <span className="break-all">{row.subject}</span>,
  },
  {
    key: "from",
    header: t("source|From"),
    from: "lg",
    cell: ({ address }) => (
      <span className="text-xs whitespace-nowrap text-ink-2">
        <FactChip kind="address" onOnly={() => onAbout(address)} value={address} />
      </span>
    ),
  },
  { key: "outcome", header: t("Outcome"), fold: "lead-end", cell: (row) => <AuditOutcome outcome={row.outcome} /> },
];

/** Who changed what, in an order that nobody can alter unseen. */
export function AuditView() {
  const { tenantSlug } = useScope();
  const { params, set } = useParamsState();
  const cursor = params.get("before");
  const filter = readAuditFilter(params);
  const query = useQuery(
    useTRPC().audit.list.queryOptions(
      { tenantSlug, ...filter, ...(cursor ? { cursor } : {}) },
      { placeholderData: keepPreviousData },
    ),
  );
  const clear = Object.keys(filter).length > 0 ? () => set(noFilter) : undefined;

  return (
    <>
      <PageHeader
        actions={
          <>
            <AuditCheck />
            <SavedLists page="audit" />
            <ExportLink filter={filter} list="audit" />
            <AuditFiles filter={filter} tenantSlug={tenantSlug} />
          </>
        }
        title={t("Audit")}
      >
        <AuditFilterBar filter={filter} set={set} />
      </PageHeader>
      <QueryView query={query}>
        {(data) => (
          <Events
            data={data}
            onAbout={(about) => set({ about, before: undefined })}
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
  data: Outputs["audit"]["list"];
  paged: boolean;
  /** Which filter and page the rows are of, when they have come. */
  scope: string | undefined;
  /** Narrows the list to what names it. */
  onAbout: (about: string) => void;
  onPage: (before: string | undefined) => void;
  /** Defined while a filter is set. */
  onClear: (() => void) | undefined;
}>;

function Events({ data, paged, scope, onAbout, onPage, onClear }: EventsProps) {
  const { timeZone } = useScope();
  const { openId, close } = useOpen();
  const older = data.nextCursor;
  return (
    <>
      <DataTable
        caption={t("Audit events")}
        columns={columnsIn(zoneText(timeZone), onAbout)}
        empty={
          onClear ? (
            <Empty
              action={<Button onClick={onClear}>{t("Clear filter")}</Button>}
              title={t("No event matches this filter.")}
            />
          ) : (
            <Empty title={t("Nothing was changed yet.")}>
              {t("Every change is written here together with itself, and cannot be edited.")}
            </Empty>
          )
        }
        live={{ scope, whole: !older }}
        openKey={openId}
        list="audit"
        rowKey={(row) => String(row.seq)}
        rows={data.items}
      />
      {(data.items.length > 0 || paged) && (
        <Pages
          counted={t("{n, plural, one {# event} other {# events}}", { n: data.items.length })}
          onNewest={paged ? () => onPage(undefined) : undefined}
          onOlder={older ? () => onPage(older) : undefined}
        />
      )}
      {openId && <AuditPanel onClose={close} row={data.items.find((row) => String(row.seq) === openId)} seq={openId} />}
    </>
  );
}
