"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { useTRPC } from "@/components/api/client";
import type { CdrFileRow } from "@/components/api/outputs";
import { QueryView } from "@/components/api/query-view";
import { formatChoices, outcomeText, stateText } from "@/components/cdr-import/file-words";
import { Moment } from "@/components/shell/moment";
import { useScope } from "@/components/shell/scope";
import { isActive } from "@/components/tasks/task-words";
import { Button } from "@/components/ui/button";
import { zoneText } from "@/components/ui/clock-text";
import { type Column, DataTable } from "@/components/ui/data-table";
import { later } from "@/components/ui/later";
import { Section } from "@/components/ui/section";
import { useParamsState } from "@/components/ui/use-params-state";
import { t } from "@/server/kernel/words";

const CompareFile = later(() => import("@/components/cdr-import/compare-file").then((file) => file.CompareFile));
const FilePanel = later(() => import("@/components/cdr-import/file-panel").then((file) => file.FilePanel));

const REFRESH_MS = 15_000;
const WORKING_MS = 1_500;
const SHOWN = 5;

/** Files of call records that were compared with ours, and the way to compare another. The one that is open stands in the address. */
export function FilesSection({ pbx }: Readonly<{ pbx: string }>) {
  const { timeZone, can } = useScope();
  const { params, set } = useParamsState();
  const [asking, setAsking] = useState(false);
  const [all, setAll] = useState(false);
  const query = useFiles();
  // A difference that is opened beside it takes its place until it is closed.
  const openId = params.has("open") ? undefined : (params.get("file") ?? undefined);
  const open = (file: string | undefined) => set({ file, open: undefined });
  return (
    <Section
      aside={
        can("reconciliation.write") && (
          <Button icon="plus" onClick={() => setAsking(true)}>
            {t("Compare a file")}
          </Button>
        )
      }
      level={2}
      title={t("Files")}
    >
      <QueryView query={query}>
        {({ items }) => (
          <>
            <DataTable
              caption={t("Files")}
              columns={columnsIn(zoneText(timeZone), open, openId)}
              empty={<p className="text-ink-2">{t("No file of the PBX or of a carrier was compared yet.")}</p>}
              openKey={openId}
              rowKey={({ id }) => id}
              rows={all ? items : items.slice(0, SHOWN)}
            />
            {items.length > SHOWN && !all && (
              <div>
                <Button look="quiet" onClick={() => setAll(true)}>
                  {t("Show {n} more", { n: items.length - SHOWN })}
                </Button>
              </div>
            )}
          </>
        )}
      </QueryView>
      {openId && <FilePanel id={openId} key={openId} onClose={() => open(undefined)} />}
      {asking && (
        <CompareFile
          onClose={() => setAsking(false)}
          onStarted={(importId) => {
            setAsking(false);
            open(importId);
          }}
          pbx={pbx}
        />
      )}
    </Section>
  );
}

function useFiles() {
  const { tenantSlug } = useScope();
  return useQuery(
    useTRPC().cdrImports.list.queryOptions(
      { tenantSlug },
      {
        refetchInterval: ({ state }) =>
          state.data?.items.some(({ task }) => task && isActive(task)) ? WORKING_MS : REFRESH_MS,
      },
    ),
  );
}

const kindText = (format: string): string => formatChoices().find(({ value }) => value === format)?.label ?? format;

const columnsIn = (
  zone: string,
  open: (id: string) => void,
  openId: string | undefined,
): readonly Column<CdrFileRow>[] => [
  { key: "sent", header: t("Sent, {zone}", { zone }), fold: "second", cell: (row) => <Moment at={row.createdAt} /> },
  {
    key: "file",
    header: t("File"),
    fold: "lead",
    className: "max-w-60 truncate",
    cell: (row) => (
      <button
        className="max-w-full truncate rounded-sm font-medium after:absolute after:inset-0"
        data-open={openId === row.id}
        onClick={() => open(row.id)}
        type="button"
      >
        {row.fileName}
      </button>
    ),
  },
  { key: "kind", header: t("What it is"), from: "lg", cell: (row) => `${kindText(row.format)}, ${row.source}` },
  {
    key: "outcome",
    header: t("Outcome"),
    grow: true,
    cell: (row) => <span className="text-ink-2">{outcomeText(row)}</span>,
  },
  {
    key: "state",
    header: t("State"),
    fold: "second-end",
    cell: (row) => <span className="text-ink-2">{stateText(row)}</span>,
  },
];
