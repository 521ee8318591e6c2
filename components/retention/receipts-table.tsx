"use client";

import type { RetentionBoard } from "@/components/api/outputs";
import { actionText } from "@/components/retention/retention-words";
import { useScope } from "@/components/shell/scope";
import { momentText } from "@/components/ui/clock-text";
import { type Column, DataTable } from "@/components/ui/data-table";
import { Empty } from "@/components/ui/empty";
import { classWords } from "@/server/domain/retention/retention-kinds.schema";
import { say, t } from "@/server/kernel/words";

type Row = RetentionBoard["sweeps"][number];

/** What went, from whom, and what had to stay; each of them has a receipt in its tenant's audit trail. */
export function ReceiptsTable({ sweeps }: Readonly<{ sweeps: readonly Row[] }>) {
  const { timeZone } = useScope();
  const columns: readonly Column<Row>[] = [
    {
      key: "when",
      header: t("When"),
      fold: "second",
      cell: ({ endedAt }) =>
        endedAt ? momentText(endedAt, timeZone) : <span className="text-info">{t("under way")}</span>,
    },
    { key: "class", header: t("Class"), fold: "lead", cell: ({ class: of }) => say(classWords[of].name) },
    { key: "tenant", header: t("Tenant"), fold: "second-end", cell: ({ tenant }) => tenant },
    {
      key: "cutoff",
      header: t("Older than"),
      from: "lg",
      cell: ({ cutoff }) => cutoff.toISOString().slice(0, 10),
    },
    {
      key: "removed",
      header: t("Rows"),
      fold: "lead-end",
      numeric: true,
      named: false,
      cell: ({ removed, action }) => t("{n} {action}", { n: removed, action: actionText(action) }),
    },
    { key: "held", header: t("Held back"), numeric: true, cell: ({ held }) => (held > 0n ? String(held) : "–") },
    { key: "months", header: t("Whole months"), from: "xl", cell: ({ months }) => months.join(", ") || "–" },
  ];
  return (
    <DataTable
      caption={t("The last sweeps")}
      columns={columns}
      empty={<Empty title={t("Nothing was old enough yet.")}>{t("Workers look once an hour.")}</Empty>}
      rowKey={(row) => row.id}
      rows={sweeps}
    />
  );
}
