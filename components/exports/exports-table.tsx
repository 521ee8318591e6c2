"use client";

import { type ExportRow, formatWords, PACKED_FROM_BYTES, sizeText, stateText } from "@/components/exports/export-words";
import { filterText } from "@/components/exports/filter-words";
import { useExports } from "@/components/exports/use-exports";
import { Moment } from "@/components/shell/moment";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { buttonClass } from "@/components/ui/button-class";
import { zoneText } from "@/components/ui/clock-text";
import { type Column, DataTable } from "@/components/ui/data-table";
import { Empty } from "@/components/ui/empty";
import { exportWords, fileName } from "@/server/domain/exports/export.schema";
import { numberText } from "@/server/kernel/locale";
import { say, t } from "@/server/kernel/words";

type Props = Readonly<{ rows: readonly ExportRow[]; onAgain: (row: ExportRow) => void; onNew: () => void }>;

type Doings = Readonly<{ onAgain: Props["onAgain"]; newest: string | undefined; seller: boolean }>;

const columnsIn = (zone: string, doings: Doings): readonly Column<ExportRow>[] => [
  {
    key: "what",
    header: t("File"),
    fold: "lead",
    cell: (row) => (
      <span className="font-medium whitespace-nowrap">
        {say(exportWords[row.what].name)} <span className="font-normal text-ink-3">{say(formatWords[row.format])}</span>
      </span>
    ),
  },
  { key: "filter", header: t("Filter"), grow: true, cell: (row) => filterText(row, doings.seller) },
  {
    key: "asOf",
    header: t("As of, {zone}", { zone }),
    named: true,
    fold: "second",
    cell: (row) => <Moment at={row.asOf} />,
  },
  {
    key: "lines",
    header: t("Lines"),
    numeric: true,
    from: "lg",
    cell: (row) => (row.lines === null ? "–" : numberText(row.lines)),
  },
  {
    key: "bytes",
    header: t("Size"),
    numeric: true,
    from: "lg",
    cell: (row) => (row.bytes === null ? "–" : sizeText(row.bytes)),
  },
  {
    key: "state",
    header: t("State"),
    fold: "lead-end",
    cell: (row) => (
      <span className={row.state === "failed" ? "text-bad" : "text-ink-2"} title={row.task.error ?? undefined}>
        {stateText(row)}
      </span>
    ),
  },
  { key: "acts", header: t("What to do"), fold: "below", cell: (row) => <Acts {...doings} row={row} /> },
];

/** The files that were asked for, newest first; what is over stays with its settings, to be made again. */
export function ExportsTable({ rows, onAgain, onNew }: Props) {
  const { timeZone, tenant, can } = useScope();
  const newest = rows.find(({ state }) => state === "ready")?.id;
  return (
    <DataTable
      caption={t("Exports")}
      columns={columnsIn(zoneText(timeZone), { onAgain, newest, seller: tenant.kind !== "customer" })}
      empty={
        <Empty
          action={can("exports.write") && <Button onClick={onNew}>{t("New export")}</Button>}
          title={t("No file was asked for yet.")}
        >
          {t("A file has the whole list with its filter, as it was at one moment, and can be had for some days.")}
        </Empty>
      }
      rowKey={(row) => row.id}
      rows={rows}
    />
  );
}

function Acts({ row, onAgain, newest, seller }: Doings & Readonly<{ row: ExportRow }>) {
  const { tenantSlug, can } = useScope();
  const { cancel, resume } = useExports();
  const writes = can("exports.write");
  const address = `/api/exports/${tenantSlug}/${row.id}`;
  const one = { tenantSlug, exportId: row.id };
  const name = `${fileName(row.what)}, ${filterText(row, seller)}`;
  return (
    <span className="flex gap-2 max-sm:flex-wrap sm:justify-end">
      {row.state === "ready" && (
        <a
          aria-label={t("Download {name}", { name })}
          className={buttonClass()}
          data-shortcut={row.id === newest ? "d" : undefined}
          download
          href={address}
        >
          {t("Download")}
        </a>
      )}
      {row.state === "ready" && row.what !== "everything" && (row.bytes ?? 0) > PACKED_FROM_BYTES && (
        <a
          aria-label={t("Download {name}, packed", { name })}
          className={buttonClass()}
          download
          href={`${address}?packed`}
        >
          {t(".gz")}
        </a>
      )}
      {writes && row.state === "making" && (
        <Button disabled={cancel.isPending} onClick={() => cancel.mutate(one)}>
          {t("Stop")}
        </Button>
      )}
      {writes && (row.state === "stopped" || row.state === "failed") && (
        <Button disabled={resume.isPending} onClick={() => resume.mutate(one)}>
          {t("Go on")}
        </Button>
      )}
      {writes && row.state !== "making" && (
        <Button aria-label={t("Repeat {name}", { name })} onClick={() => onAgain(row)}>
          {t("Repeat…")}
        </Button>
      )}
    </span>
  );
}
