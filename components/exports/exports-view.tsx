"use client";

import { useQuery } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import { QueryView } from "@/components/api/query-view";
import { filterIn } from "@/components/exports/export-address";
import type { ExportRow } from "@/components/exports/export-words";
import { ExportsTable } from "@/components/exports/exports-table";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { later } from "@/components/ui/later";
import { PageHeader } from "@/components/ui/page-header";
import { useParamsState } from "@/components/ui/use-params-state";
import { isExportKind } from "@/server/domain/exports/export.schema";
import { t } from "@/server/kernel/words";

const NewExport = later(() => import("@/components/exports/new-export").then((file) => file.NewExport));

const SchedulesTable = later(() => import("@/components/exports/schedules-table").then((file) => file.SchedulesTable));

const WORKING_MS = 1_000;
const IDLE_MS = 30_000;

/** Files of whole lists: asked for here or from the list itself, made by the workers, had for some days. */
export function ExportsView() {
  const { tenantSlug, can } = useScope();
  const { params, set } = useParamsState();
  const query = useQuery(
    useTRPC().exports.list.queryOptions(
      { tenantSlug },
      {
        refetchInterval: ({ state }) =>
          state.data?.items.some((row) => row.state === "making") ? WORKING_MS : IDLE_MS,
      },
    ),
  );
  const open = () => set({ new: "calls" });
  const asked = params.get("new");
  const close = () => set({ new: undefined, filter: undefined, again: undefined }, "replace");
  return (
    <>
      <PageHeader
        actions={
          can("exports.write") && (
            <Button look="primary" onClick={open}>
              {t("New export")}
            </Button>
          )
        }
        title={t("Exports")}
      />
      <QueryView query={query}>
        {(data) => (
          <>
            <SchedulesTable />
            <ExportsTable onAgain={(row) => set({ new: row.what, again: row.id })} onNew={open} rows={data.items} />
            {asked !== null && can("exports.write") && (
              <NewExport
                from={beginningOf(
                  asked,
                  params.get("filter"),
                  data.items.find(({ id }) => id === params.get("again")),
                )}
                onClose={close}
              />
            )}
          </>
        )}
      </QueryView>
    </>
  );
}

/** What the form begins with: another file's settings, a list's filter, or nothing. */
function beginningOf(asked: string, filter: string | null, again: ExportRow | undefined) {
  if (again) return { what: again.what, filter: again.filter, style: again.style };
  return { what: isExportKind(asked) ? asked : ("calls" as const), filter: filterIn(filter) };
}
