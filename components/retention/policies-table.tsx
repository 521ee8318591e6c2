"use client";

import type { RetentionBoard } from "@/components/api/outputs";
import { ageText } from "@/components/reconciliation/age-text";
import { actionText } from "@/components/retention/retention-words";
import { Button } from "@/components/ui/button";
import { countText } from "@/components/ui/count-text";
import { type Column, DataTable } from "@/components/ui/data-table";
import { Empty } from "@/components/ui/empty";
import { useNow } from "@/components/ui/use-now";
import { boundOf, classWords, type RetentionClass } from "@/server/domain/retention/retention-kinds.schema";

type Row = RetentionBoard["policies"][number] & Readonly<{ run: RetentionBoard["runs"][number] | undefined }>;
type Props = Readonly<{ board: RetentionBoard; onEdit: ((of: RetentionClass) => void) | undefined }>;

/** One line per class: what becomes of it and when, and how old its oldest row was at the last run. */
export function PoliciesTable({ board, onEdit }: Props) {
  const now = useNow(board.now).getTime();
  const rows = board.policies.map((policy) => ({
    ...policy,
    run: board.runs.find((run) => run.class === policy.class),
  }));
  const columns: readonly Column<Row>[] = [
    {
      key: "class",
      header: "Class",
      fold: "lead",
      grow: true,
      cell: ({ class: of }) => (
        <>
          <span className="font-medium">{classWords[of].name}</span>{" "}
          <span className="text-ink-3 max-sm:hidden">{classWords[of].about}</span>
        </>
      ),
    },
    { key: "after", header: "Kept for", fold: "lead-end", numeric: true, cell: (row) => <Days row={row} /> },
    { key: "then", header: "Then", fold: "second", cell: ({ action }) => actionText(action) },
    {
      key: "oldest",
      header: "Oldest",
      numeric: true,
      fold: "second-end",
      cell: ({ run }) => <Oldest now={now} run={run} />,
    },
    {
      key: "held",
      header: "Held back",
      numeric: true,
      from: "lg",
      cell: ({ run }) => (run && run.held > 0n ? String(run.held) : "–"),
    },
    { key: "run", header: "Last run", from: "lg", cell: ({ run }) => <LastRun now={now} run={run} /> },
    {
      key: "edit",
      header: "Actions",
      fold: "below",
      cell: ({ class: of }) =>
        onEdit && (
          <Button look="quiet" onClick={() => onEdit(of)}>
            Change<span className="sr-only"> {classWords[of].name}</span>
          </Button>
        ),
    },
  ];
  return (
    <DataTable
      caption="How long each class of data is kept"
      columns={columns}
      empty={<Empty title="Nothing is kept here." />}
      rowKey={(row) => row.class}
      rows={rows}
    />
  );
}

function Days({ row }: Readonly<{ row: Row }>) {
  if (row.action === "keep") return "for good";
  const bound = boundOf(row);
  return (
    <span title={bound === "floor" ? `Not ${row.wishDays}: ${classWords[row.class].floor}.` : undefined}>
      {countText(row.days, "days")}
      {bound === "floor" ? " (least)" : bound === "ceiling" ? " (most)" : ""}
    </span>
  );
}

type RunProps = Readonly<{ run: Row["run"]; now: number }>;

function Oldest({ run, now }: RunProps) {
  const at = run?.oldestAt;
  return <span suppressHydrationWarning>{at && at.getTime() < now ? ageText(at, now) : "–"}</span>;
}

function LastRun({ run, now }: RunProps) {
  if (!run) return <span className="text-ink-3">not yet</span>;
  if (run.error !== "") return <span className="text-bad">failed: {run.error.slice(0, 60)}</span>;
  return <span suppressHydrationWarning>{ageText(run.at, now)} ago</span>;
}
