"use client";

import type { RetentionBoard } from "@/components/api/outputs";
import { ageText } from "@/components/reconciliation/age-text";
import { actionText } from "@/components/retention/retention-words";
import { Button } from "@/components/ui/button";
import { type Column, DataTable } from "@/components/ui/data-table";
import { Empty } from "@/components/ui/empty";
import { useNow } from "@/components/ui/use-now";
import { rich } from "@/components/words/rich";
import { boundOf, classWords, type RetentionClass } from "@/server/domain/retention/retention-kinds.schema";
import { say, t } from "@/server/kernel/words";

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
      header: t("Class"),
      fold: "lead",
      grow: true,
      cell: ({ class: of }) => (
        <>
          <span className="font-medium">{say(classWords[of].name)}</span>{" "}
          <span className="text-ink-3 max-sm:hidden">{say(classWords[of].about)}</span>
        </>
      ),
    },
    { key: "after", header: t("Kept for"), fold: "lead-end", numeric: true, cell: (row) => <Days row={row} /> },
    { key: "then", header: t("Then"), fold: "second", cell: ({ action }) => actionText(action) },
    {
      key: "oldest",
      header: t("Oldest"),
      numeric: true,
      fold: "second-end",
      cell: ({ run }) => <Oldest now={now} run={run} />,
    },
    {
      key: "held",
      header: t("Held back"),
      numeric: true,
      from: "lg",
      cell: ({ run }) => (run && run.held > 0n ? String(run.held) : "–"),
    },
    { key: "run", header: t("Last run"), from: "lg", cell: ({ run }) => <LastRun now={now} run={run} /> },
    {
      key: "edit",
      header: t("Actions"),
      fold: "below",
      cell: ({ class: of }) =>
        onEdit && (
          <Button look="quiet" onClick={() => onEdit(of)}>
            {changeText(of)}
          </Button>
        ),
    },
  ];
  return (
    <DataTable
      caption={t("How long each class of data is kept")}
      columns={columns}
      empty={<Empty title={t("Nothing is kept here.")} />}
      rowKey={(row) => row.class}
      rows={rows}
    />
  );
}

const changeText = (of: RetentionClass) =>
  rich("Change<more> {what}</more>", {
    more: (text) => <span className="sr-only">{text}</span>,
    what: say(classWords[of].name),
  });

function Days({ row }: Readonly<{ row: Row }>) {
  if (row.action === "keep") return t("for good");
  const bound = boundOf(row);
  return (
    <span
      title={
        bound === "floor" ? t("Not {n}: {why}.", { n: row.wishDays, why: say(classWords[row.class].floor) }) : undefined
      }
    >
      {t("{n, plural, one {# day} other {# days}}", { n: row.days })}
      {bound === "floor" ? ` ${t("(least)")}` : bound === "ceiling" ? ` ${t("(most)")}` : ""}
    </span>
  );
}

type RunProps = Readonly<{ run: Row["run"]; now: number }>;

function Oldest({ run, now }: RunProps) {
  const at = run?.oldestAt;
  return <span suppressHydrationWarning>{at && at.getTime() < now ? ageText(at, now) : "–"}</span>;
}

function LastRun({ run, now }: RunProps) {
  if (!run) return <span className="text-ink-3">{t("not yet")}</span>;
  if (run.error !== "") return <span className="text-bad">{t("failed: {why}", { why: run.error.slice(0, 60) })}</span>;
  return <span suppressHydrationWarning>{t("{age} ago", { age: ageText(run.at, now) })}</span>;
}
