"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";

import { useTRPC } from "@/components/api/client";
import { QueryView } from "@/components/api/query-view";
import { type CallFilter, readCallFilter } from "@/components/calls/call-filter";
import { CallsFilterBar } from "@/components/calls/calls-filter-bar";
import { CallsTable } from "@/components/calls/calls-table";
import { listInput } from "@/components/calls/list-input";
import { useSearchOn } from "@/components/calls/use-search-on";
import { ExportLink } from "@/components/exports/export-link";
import { SavedLists } from "@/components/saved-lists/saved-lists";
import { useScope } from "@/components/shell/scope";
import { later } from "@/components/ui/later";
import { PageHeader } from "@/components/ui/page-header";
import { useOpen } from "@/components/ui/use-open";
import { useParamsState } from "@/components/ui/use-params-state";
import { t } from "@/server/kernel/words";

const CallTotals = later(
  () => import("@/components/calls/call-totals").then((file) => file.CallTotals),
  <div className="h-36" />,
);
const CallPanel = later(() => import("@/components/calls/call-panel").then((file) => file.CallPanel));

/** Every call in one list, the refused ones with their reason. */
export function CallsView() {
  const { tenantSlug, tenant } = useScope();
  const { params, set } = useParamsState();
  const { openId, close } = useOpen();
  // The same object until the filter itself changes: what was found stays when a call is opened beside it.
  const asked = JSON.stringify(readCallFilter(params));
  const filter = useMemo(() => JSON.parse(asked) as CallFilter, [asked]);
  const { cursor: _, sort: __, scope = "below", ...shown } = filter;
  const exported = tenant.kind === "customer" ? shown : { ...shown, scope };
  const query = useQuery(
    useTRPC().calls.list.queryOptions(listInput(tenantSlug, filter), { placeholderData: keepPreviousData }),
  );
  const searched = useSearchOn(tenantSlug, filter, query.isPlaceholderData ? undefined : query.data);

  return (
    <>
      <PageHeader
        actions={
          <>
            <SavedLists page="calls" />
            <ExportLink filter={exported} list="calls" />
          </>
        }
        title={t("Calls")}
      >
        <CallsFilterBar filter={filter} set={set} />
      </PageHeader>
      <div className="min-h-56 border-y py-3 sm:min-h-[10.625rem]">
        <CallTotals filter={filter} set={set} />
      </div>
      <QueryView query={query}>
        {(data) => (
          <CallsTable
            data={searched?.page ?? data}
            filter={filter}
            openId={openId}
            searching={searched?.going ? searched.stop : undefined}
            scope={query.isPlaceholderData ? undefined : JSON.stringify(filter)}
            set={set}
          />
        )}
      </QueryView>
      {openId && <CallPanel callId={openId} onClose={close} />}
    </>
  );
}
