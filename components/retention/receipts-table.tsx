"use client";

import type { RetentionBoard } from "@/components/api/outputs";
import { actionText } from "@/components/retention/retention-words";
import { useScope } from "@/components/shell/scope";
import { momentText } from "@/components/ui/clock-text";
import { type Column, DataTable } from "@/components/ui/data-table";
import { Empty } from "@/components/ui/empty";
import { classWords } from "@/server/domain/retention/retention-kinds.schema";

type Row = RetentionBoard["sweeps"][number];

/** What went, from whom, and what had to stay; each of them has a receipt in its tenant's audit trail. */
export function ReceiptsTable({ sweeps }: Readonly<{ sweeps: readonly Row[] }>) {
  const { timeZone } = useScope();
  const columns: readonly Column<Row>[] = [
    {
      key: "when",
      header: "When",
      fold: "second",
      cell: ({ endedAt }) => (endedAt ? momentText(endedAt, timeZone) : <span className="text-info">under way</span>),
    },
    { key: "class", header: "Class", fold: "lead", cell: ({ class: of }) => classWords[of].name },
    { key: "tenant", header: "Tenant", fold: "second-end", cell: ({ tenant }) => tenant },
    {
      key: "cutoff",
      header: "Older than",
      from: "lg",
      cell: ({ cutoff }) => cutoff.toISOString().slice(0, 10),
    },
    {
      key: "removed",
      header: "Rows",
      fold: "lead-end",
      numeric: true,
      cell: ({ removed, action }) => `${removed} ${actionText(action)}`,
    },
    { key: "held", header: "Held back", numeric: true, cell: ({ held }) => (held > 0n ? String(held) : "–") },
    { key: "months", header: "Whole months", from: "xl", cell: ({ months }) => months.join(", ") || "–" },
  ];
  return (
    <DataTable
      caption="The last sweeps"
      columns={columns}
      empty={<Empty title="Nothing was old enough yet.">Workers look once an hour.</Empty>}
      rowKey={(row) => row.id}
      rows={sweeps}
    />
  );
}
