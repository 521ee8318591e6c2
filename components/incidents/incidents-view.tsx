"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useCallback, useState } from "react";

import { useTRPC } from "@/components/api/client";
import { useCutPoll } from "@/components/api/live";
import { QueryView } from "@/components/api/query-view";
import { ExportLink } from "@/components/exports/export-link";
import { incidentInput } from "@/components/incidents/incident-input";
import { severityChoices } from "@/components/incidents/incident-words";
import { IncidentsTable } from "@/components/incidents/incidents-table";
import { OpenIncident } from "@/components/incidents/open-incident";
import { useChoice } from "@/components/incidents/use-choice";
import { useNextIncident } from "@/components/incidents/use-next-incident";
import { SavedLists } from "@/components/saved-lists/saved-lists";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { later } from "@/components/ui/later";
import { PageHeader } from "@/components/ui/page-header";
import { Pages } from "@/components/ui/pages";
import { SearchBox } from "@/components/ui/search-box";
import { Select } from "@/components/ui/select";
import { useOpen } from "@/components/ui/use-open";
import { useParamsState } from "@/components/ui/use-params-state";
import { useSorted } from "@/components/ui/use-sorted";
import { t } from "@/server/kernel/words";

const ManyIncidents = later(() => import("@/components/incidents/many-incidents").then((file) => file.ManyIncidents));
const IncidentPanel = later(() => import("@/components/incidents/incident-panel").then((file) => file.IncidentPanel));

/** What attacks the telephone system, and what people do about it. */
export function IncidentsView() {
  const { tenantSlug, can } = useScope();
  const { params, set } = useParamsState();
  const { openId, close } = useOpen();
  const [opening, setOpening] = useState(false);
  const input = incidentInput(tenantSlug, params);
  const sorted = useSorted(input.show === "closed" ? "last" : "urgent", "before");
  const { tenantSlug: _, cursor: __, sort: ___, ...exported } = input;
  const options = useTRPC().incidents.list.queryOptions(input, { placeholderData: keepPreviousData });
  const poll = useCutPoll();
  // What was put off comes back by itself, without anybody telling.
  const query = useQuery({ ...options, refetchInterval: ({ state }) => poll || untilBack(state.data?.backAt) });
  const { chosen, tick, clear } = useChoice(can("incidents.write") && input.show !== "closed");
  const picked = (query.data?.items ?? []).filter(({ id }) => chosen.has(id));
  const filtered = Boolean(input.text || input.severity || input.view);
  useNextIncident(query.data?.items, query.isPlaceholderData);
  return (
    <>
      <PageHeader
        actions={<Actions filter={exported} onOpen={can("incidents.write") ? () => setOpening(true) : undefined} />}
        aside={query.data && asideOf(query.data)}
        title={t("Incidents")}
      >
        <Filter input={input} />
      </PageHeader>
      <QueryView query={query}>
        {({ items, nextCursor, now }) => (
          <>
            <IncidentsTable
              chosen={can("incidents.write") && input.show !== "closed" ? chosen : undefined}
              closed={input.show === "closed"}
              filtered={filtered}
              live={{ scope: query.isPlaceholderData ? undefined : JSON.stringify(input), whole: !nextCursor }}
              now={now}
              onTick={tick}
              onClear={() => set({ q: undefined, severity: undefined, view: undefined, before: undefined })}
              openId={openId}
              rows={items}
              snoozed={input.show === "snoozed"}
              sorted={sorted}
            />
            {items.length > 0 && (
              <Pages
                counted={t("{n, plural, one {# incident} other {# incidents}}", { n: items.length })}
                onNewest={params.get("before") ? () => set({ before: undefined }) : undefined}
                onOlder={nextCursor ? () => set({ before: nextCursor }) : undefined}
                unusual={sorted.by !== "last"}
              />
            )}
          </>
        )}
      </QueryView>
      {openId && <IncidentPanel incidentId={openId} onClose={close} />}
      {chosen.size > 0 && <ManyIncidents onDone={clear} rows={picked} />}
      {opening && <OpenIncident onClose={() => setOpening(false)} />}
    </>
  );
}

type ActionsProps = Readonly<{ filter: Readonly<Record<string, unknown>>; onOpen: (() => void) | undefined }>;

function Actions({ filter, onOpen }: ActionsProps) {
  const { hrefOf } = useScope();
  return (
    <>
      <Link className="text-ink-2 underline" href={`${hrefOf("incidents")}/follow-ups`}>
        {t("Follow-ups")}
      </Link>
      <SavedLists page="incidents" />
      <ExportLink filter={filter} list="incidents" />
      {onOpen && (
        <Button icon="plus" onClick={onOpen}>
          {t("Open an incident…")}
        </Button>
      )}
    </>
  );
}

const LONGEST_MS = 3_600_000;

/** How long until the first of what was put off is due; asked again a moment after, and at least once an hour. */
const untilBack = (backAt: Date | null | undefined): number | false =>
  backAt ? Math.min(LONGEST_MS, Math.max(1_000, backAt.getTime() - Date.now() + 500)) : false;

const asideOf = ({ waiting, snoozed }: Readonly<{ waiting: number; snoozed: number }>): string =>
  [
    waiting > 0 && t("{n, plural, one {# in triage} other {# in triage}}", { n: waiting }),
    snoozed > 0 && t("{n, plural, one {# put off} other {# put off}}", { n: snoozed }),
  ]
    .filter(Boolean)
    .join(", ");

const viewChoices = () => [
  { value: "", label: t("Everybody's") },
  { value: "mine", label: t("Mine") },
  { value: "unassigned", label: t("Nobody's") },
  { value: "late", label: t("Over their time") },
  { value: "contained", label: t("Contained, not resolved") },
];

/** The filter as controls; each writes itself into the address. */
function Filter({ input }: Readonly<{ input: ReturnType<typeof incidentInput> }>) {
  const { params, set } = useParamsState();
  const search = useCallback((q: string) => set({ q, before: undefined }, "replace"), [set]);
  return (
    <div className="flex flex-wrap items-center gap-2">
      <SearchBox
        className="w-full sm:w-72"
        label={t("Number, title, address, user name")}
        onValue={search}
        value={params.get("q") ?? ""}
      />
      <Select
        choices={[
          { value: "", label: t("What needs somebody") },
          { value: "snoozed", label: t("What is put off") },
          { value: "closed", label: t("What is over") },
        ]}
        label={t("Show")}
        labelHidden
        name="show"
        onChange={(event) => set({ show: event.target.value || undefined, before: undefined, open: undefined })}
        value={input.show === "active" ? "" : input.show}
      />
      <Select
        choices={viewChoices()}
        label={t("Which of them")}
        labelHidden
        name="view"
        onChange={(event) => set({ view: event.target.value || undefined, before: undefined })}
        value={input.view ?? ""}
      />
      <Select
        choices={[{ value: "", label: t("Any severity") }, ...severityChoices()]}
        label={t("Severity")}
        labelHidden
        name="severity"
        onChange={(event) => set({ severity: event.target.value || undefined, before: undefined })}
        value={input.severity ?? ""}
      />
    </div>
  );
}
