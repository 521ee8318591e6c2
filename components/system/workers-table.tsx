"use client";

import { ageText, sizeText } from "@/components/reconciliation/age-text";
import { isSilent, type WorkerState } from "@/components/system/system-words";
import { type Column, DataTable } from "@/components/ui/data-table";
import { Section } from "@/components/ui/section";
import { t } from "@/server/kernel/words";

type Props = Readonly<{ workers: readonly WorkerState[]; now: number }>;

/** Each worker process that was heard of within a day. */
export function WorkersTable({ workers, now }: Props) {
  return (
    <Section level={2} title={t("Worker processes")}>
      <DataTable
        caption={t("Worker processes")}
        columns={columnsAt(now)}
        empty={null}
        fit
        rowKey={(one) => one.id}
        rows={workers}
      />
    </Section>
  );
}

const columnsAt = (now: number): Column<WorkerState>[] => [
  { key: "id", header: t("Process"), fold: "lead", cell: (one) => <code className="text-xs">{one.id}</code> },
  {
    key: "state",
    header: t("State"),
    fold: "lead-end",
    cell: (one) =>
      isSilent(one, now) ? (
        <span className="font-medium text-bad">{t("Silent for {age}", { age: ageText(one.beatAt, now) })}</span>
      ) : (
        <span className="font-medium text-ok">{t("Running")}</span>
      ),
  },
  { key: "up", header: t("Up for"), numeric: true, fold: "second", cell: (one) => ageText(one.startedAt, now) },
  { key: "version", header: t("Version"), cell: (one) => one.version },
  { key: "node", header: t("Node"), from: "lg", cell: (one) => one.node },
  { key: "memory", header: t("Memory"), numeric: true, fold: "second-end", cell: (one) => sizeText(one.memoryBytes) },
  { key: "calls", header: t("Calls"), numeric: true, cell: (one) => one.calls.live },
  { key: "ends", header: t("Ends waiting"), numeric: true, cell: (one) => one.calls.endsWaiting },
];
