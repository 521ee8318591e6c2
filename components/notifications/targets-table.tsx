"use client";

import type { Outputs } from "@/components/api/outputs";
import { refusalOf } from "@/components/api/refusal";
import { severityWords } from "@/components/incidents/incident-words";
import { kindWords, levelText, stateWords } from "@/components/notifications/notification-words";
import { useNotifications } from "@/components/notifications/use-notifications";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { type Column, DataTable } from "@/components/ui/data-table";
import { Empty } from "@/components/ui/empty";
import { ErrorState } from "@/components/ui/error-state";
import { say, t } from "@/server/kernel/words";

type Target = Outputs["notifications"]["targets"][number];
type Props = Readonly<{ rows: readonly Target[]; root: boolean; onSecret: (secret: string) => void }>;

/** Who is told, by level. */
export function TargetsTable({ rows, root, onSecret }: Props) {
  const { can } = useScope();
  const columns: Column<Target>[] = [
    {
      key: "address",
      header: t("Who"),
      grow: true,
      fold: "lead",
      cell: (row) => <span className="break-all">{row.address}</span>,
    },
    { key: "kind", header: t("How"), fold: "lead-end", cell: (row) => say(kindWords[row.kind]) },
    {
      key: "least",
      header: t("severity|From"),
      named: true,
      fold: "second",
      cell: (row) => severityWords(row.leastSeverity).word,
    },
  ];
  if (root) columns.push({ key: "level", header: t("When"), from: "lg", cell: (row) => levelText(row.level) });
  columns.push({
    key: "last",
    header: t("Last message"),
    named: true,
    fold: "second-end",
    cell: (row) =>
      row.lastState === null ? (
        <span className="text-ink-3">{t("None yet")}</span>
      ) : (
        <span className={stateWords[row.lastState].ink}>{say(stateWords[row.lastState].word)}</span>
      ),
  });
  if (can("incidents.write")) {
    columns.push({
      key: "acts",
      header: t("Actions"),
      fold: "below",
      cell: (row) => <Acts onSecret={onSecret} row={row} />,
    });
  }
  return (
    <DataTable
      caption={t("Who is told")}
      columns={columns}
      empty={
        <Empty title={t("Nobody else is told.")}>
          {t("Add an address, a telephone, or a program that hears a signed message.")}
        </Empty>
      }
      rowKey={(row) => row.id}
      rows={rows}
    />
  );
}

function Acts({ row, onSecret }: Readonly<{ row: Target; onSecret: (secret: string) => void }>) {
  const { tenantSlug } = useScope();
  const { test, rotate, remove } = useNotifications();
  const failed = test.error ?? rotate.error ?? remove.error;
  const one = { tenantSlug, targetId: row.id };
  return (
    <span className="flex flex-wrap justify-end gap-1 sm:flex-nowrap">
      <Button
        aria-label={t("Send a test to {address}", { address: row.address })}
        busy={test.isPending && t("Sending…")}
        onClick={() => test.mutate(one)}
      >
        {t("Send a test")}
      </Button>
      {row.kind === "webhook" && (
        <Button
          aria-label={t("New secret for {address}", { address: row.address })}
          busy={rotate.isPending && t("Changing…")}
          look="quiet"
          onClick={() => rotate.mutate(one, { onSuccess: ({ secretOnce }) => onSecret(secretOnce) })}
        >
          {t("New secret")}
        </Button>
      )}
      <Button
        aria-label={t("Remove {address}", { address: row.address })}
        busy={remove.isPending && t("Removing…")}
        look="warning"
        onClick={() => remove.mutate(one)}
      >
        {t("Remove")}
      </Button>
      {failed && <ErrorState {...refusalOf(failed)} />}
    </span>
  );
}
