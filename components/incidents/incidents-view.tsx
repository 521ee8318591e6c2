"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useCallback, useState } from "react";

import { useTRPC } from "@/components/api/client";
import { QueryView } from "@/components/api/query-view";
import { incidentInput } from "@/components/incidents/incident-input";
import { severityChoices } from "@/components/incidents/incident-words";
import { IncidentsTable } from "@/components/incidents/incidents-table";
import { OpenIncident } from "@/components/incidents/open-incident";
import { useNextIncident } from "@/components/incidents/use-next-incident";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { later } from "@/components/ui/later";
import { PageHeader } from "@/components/ui/page-header";
import { Pages } from "@/components/ui/pages";
import { SearchBox } from "@/components/ui/search-box";
import { Select } from "@/components/ui/select";
import { useOpen } from "@/components/ui/use-open";
import { useParamsState } from "@/components/ui/use-params-state";

const IncidentPanel = later(() => import("@/components/incidents/incident-panel").then((file) => file.IncidentPanel));

/** What attacks the telephone system, and what people do about it. */
export function IncidentsView() {
  const { tenantSlug, can } = useScope();
  const { params, set } = useParamsState();
  const { openId, close } = useOpen();
  const [opening, setOpening] = useState(false);
  const input = incidentInput(tenantSlug, params);
  const query = useQuery(useTRPC().incidents.list.queryOptions(input, { placeholderData: keepPreviousData }));
  const filtered = Boolean(input.text || input.severity);
  useNextIncident(query.data?.items, query.isPlaceholderData);
  return (
    <>
      <PageHeader
        actions={
          can("incidents.write") && (
            <Button icon="plus" onClick={() => setOpening(true)}>
              Open an incident…
            </Button>
          )
        }
        aside={query.data && query.data.waiting > 0 && `${query.data.waiting} in triage`}
        title="Incidents"
      >
        <Filter input={input} />
      </PageHeader>
      <QueryView query={query}>
        {({ items, nextCursor }) => (
          <>
            <IncidentsTable
              closed={input.show === "closed"}
              filtered={filtered}
              onClear={() => set({ q: undefined, severity: undefined, before: undefined })}
              openId={openId}
              rows={items}
            />
            {items.length > 0 && (
              <Pages
                noun="incidents"
                onNewest={params.get("before") ? () => set({ before: undefined }) : undefined}
                onOlder={nextCursor ? () => set({ before: nextCursor }) : undefined}
                shown={items.length}
              />
            )}
          </>
        )}
      </QueryView>
      {openId && <IncidentPanel incidentId={openId} onClose={close} />}
      {opening && <OpenIncident onClose={() => setOpening(false)} />}
    </>
  );
}

/** The filter as controls; each writes itself into the address. */
function Filter({ input }: Readonly<{ input: ReturnType<typeof incidentInput> }>) {
  const { params, set } = useParamsState();
  const search = useCallback((q: string) => set({ q, before: undefined }, "replace"), [set]);
  return (
    <div className="flex flex-wrap items-center gap-2">
      <SearchBox
        className="w-full sm:w-72"
        label="Number, title, address, user name"
        onValue={search}
        value={params.get("q") ?? ""}
      />
      <Select
        choices={[
          { value: "", label: "What needs somebody" },
          { value: "closed", label: "What is over" },
        ]}
        label="Show"
        labelHidden
        name="show"
        onChange={(event) => set({ show: event.target.value || undefined, before: undefined, open: undefined })}
        value={input.show === "closed" ? "closed" : ""}
      />
      <Select
        choices={[{ value: "", label: "Any severity" }, ...severityChoices]}
        label="Severity"
        labelHidden
        name="severity"
        onChange={(event) => set({ severity: event.target.value || undefined, before: undefined })}
        value={input.severity ?? ""}
      />
    </div>
  );
}
