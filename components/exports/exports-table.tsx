"use client";

import {
  type ExportRow,
  filterText,
  formatWords,
  PACKED_FROM_BYTES,
  sizeText,
  stateText,
} from "@/components/exports/export-words";
import { useExports } from "@/components/exports/use-exports";
import { Moment } from "@/components/shell/moment";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { buttonClass } from "@/components/ui/button-class";
import { zoneText } from "@/components/ui/clock-text";
import { type Column, DataTable } from "@/components/ui/data-table";
import { Empty } from "@/components/ui/empty";
import { exportWords } from "@/server/domain/exports/export.schema";

type Props = Readonly<{ rows: readonly ExportRow[]; onAgain: (row: ExportRow) => void; onNew: () => void }>;

const count = new Intl.NumberFormat("en");

type Doings = Readonly<{ onAgain: Props["onAgain"]; newest: string | undefined }>;

const columnsIn = (zone: string, doings: Doings): readonly Column<ExportRow>[] => [
  {
    key: "what",
    header: "File",
    fold: "lead",
    cell: (row) => (
      <span className="font-medium whitespace-nowrap">
        {exportWords[row.what].name} <span className="font-normal text-ink-3">{formatWords[row.format]}</span>
      </span>
    ),
  },
  { key: "filter", header: "Filter", grow: true, cell: (row) => filterText(row.filter) },
  { key: "asOf", header: `As of, ${zone}`, fold: "second", cell: (row) => <Moment at={row.asOf} /> },
  {
    key: "lines",
    header: "Lines",
    numeric: true,
    from: "lg",
    cell: (row) => (row.lines === null ? "–" : count.format(row.lines)),
  },
  {
    key: "bytes",
    header: "Size",
    numeric: true,
    from: "lg",
    cell: (row) => (row.bytes === null ? "–" : sizeText(row.bytes)),
  },
  {
    key: "state",
    header: "State",
    fold: "lead-end",
    cell: (row) => (
      <span className={row.state === "failed" ? "text-bad" : "text-ink-2"} title={row.task.error ?? undefined}>
        {stateText(row)}
      </span>
    ),
  },
  { key: "acts", header: "What to do", fold: "below", cell: (row) => <Acts {...doings} row={row} /> },
];

/** The files that were asked for, newest first; what is over stays with its settings, to be made again. */
export function ExportsTable({ rows, onAgain, onNew }: Props) {
  const { timeZone, can } = useScope();
  return (
    <DataTable
      caption="Exports"
      columns={columnsIn(zoneText(timeZone), { onAgain, newest: rows.find(({ state }) => state === "ready")?.id })}
      empty={
        <Empty
          action={can("exports.write") && <Button onClick={onNew}>New export</Button>}
          title="No file was asked for yet."
        >
          A file has the whole list with its filter, as it was at one moment, and can be had for some days.
        </Empty>
      }
      rowKey={(row) => row.id}
      rows={rows}
    />
  );
}

function Acts({ row, onAgain, newest }: Doings & Readonly<{ row: ExportRow }>) {
  const { tenantSlug, can } = useScope();
  const { cancel, resume } = useExports();
  const writes = can("exports.write");
  const address = `/api/exports/${tenantSlug}/${row.id}`;
  const one = { tenantSlug, exportId: row.id };
  const name = `${exportWords[row.what].name.toLowerCase()}, ${filterText(row.filter)}`;
  return (
    <span className="flex gap-2 max-sm:flex-wrap sm:justify-end">
      {row.state === "ready" && (
        <a
          aria-label={`Download ${name}`}
          className={buttonClass()}
          data-shortcut={row.id === newest ? "d" : undefined}
          download
          href={address}
        >
          Download
        </a>
      )}
      {row.state === "ready" && row.what !== "everything" && (row.bytes ?? 0) > PACKED_FROM_BYTES && (
        <a aria-label={`Download ${name}, packed`} className={buttonClass()} download href={`${address}?packed`}>
          .gz
        </a>
      )}
      {writes && row.state === "making" && (
        <Button disabled={cancel.isPending} onClick={() => cancel.mutate(one)}>
          Stop
        </Button>
      )}
      {writes && (row.state === "stopped" || row.state === "failed") && (
        <Button disabled={resume.isPending} onClick={() => resume.mutate(one)}>
          Go on
        </Button>
      )}
      {writes && row.state !== "making" && (
        <Button aria-label={`Repeat ${name}`} onClick={() => onAgain(row)}>
          Repeat…
        </Button>
      )}
    </span>
  );
}
