"use client";

import type { Outputs } from "@/components/api/outputs";
import { refusalOf } from "@/components/api/refusal";
import { eventText, stateWords } from "@/components/notifications/notification-words";
import { useNotifications } from "@/components/notifications/use-notifications";
import { Moment } from "@/components/shell/moment";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { type Column, DataTable } from "@/components/ui/data-table";
import { Empty } from "@/components/ui/empty";
import { ErrorState } from "@/components/ui/error-state";
import { say, t } from "@/server/kernel/words";

type Delivery = Outputs["notifications"]["deliveries"][number];

/** What was sent, or is to be, newest first. */
export function DeliveriesTable({ rows }: Readonly<{ rows: readonly Delivery[] }>) {
  const { can } = useScope();
  const acts: Column<Delivery> = {
    key: "again",
    header: t("Actions"),
    fold: "below",
    cell: (row) => <Again row={row} />,
  };
  return (
    <DataTable
      caption={t("Messages")}
      columns={can("incidents.write") ? [...columns(), acts] : columns()}
      empty={<Empty title={t("Nothing was sent yet.")}>{t("A test shows whether what is sent arrives.")}</Empty>}
      rowKey={(row) => row.id}
      rows={rows}
    />
  );
}

const columns = (): readonly Column<Delivery>[] => [
  { key: "at", header: t("When"), fold: "second", cell: (row) => <Moment at={row.createdAt} /> },
  { key: "event", header: t("What"), fold: "lead", cell: (row) => eventText(row.event) },
  { key: "address", header: t("message|To"), from: "lg", cell: (row) => row.address },
  {
    key: "state",
    header: t("State"),
    fold: "lead-end",
    cell: (row) => <span className={stateWords[row.state].ink}>{say(stateWords[row.state].word)}</span>,
  },
  { key: "tries", header: t("Tries"), numeric: true, from: "lg", cell: (row) => row.attempts },
  { key: "answer", header: t("Answer"), grow: "text", fold: "second-end", cell: (row) => row.answer },
];

function Again({ row }: Readonly<{ row: Delivery }>) {
  const { tenantSlug } = useScope();
  const { sendAgain } = useNotifications();
  if (row.state !== "held" && row.state !== "failed") return null;
  return (
    <>
      <Button
        busy={sendAgain.isPending && t("Sending…")}
        look="quiet"
        onClick={() => sendAgain.mutate({ tenantSlug, deliveryId: row.id })}
      >
        {t("Send again")}
      </Button>
      {sendAgain.error && <ErrorState {...refusalOf(sendAgain.error)} />}
    </>
  );
}
