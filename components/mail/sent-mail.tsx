"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import type { MailRow } from "@/components/api/outputs";
import { QueryView } from "@/components/api/query-view";
import { refusalOf } from "@/components/api/refusal";
import { mailState } from "@/components/mail/mail-words";
import { Moment } from "@/components/shell/moment";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { zoneText } from "@/components/ui/clock-text";
import { type Column, DataTable } from "@/components/ui/data-table";
import { Empty } from "@/components/ui/empty";
import { Notice } from "@/components/ui/notice";
import { toast } from "@/components/ui/toast-store";
import { t } from "@/server/kernel/words";

const columnsIn = (zone: string, again: boolean): readonly Column<MailRow>[] => {
  const columns: (Column<MailRow> | false)[] = [
    { key: "at", header: t("Written, {zone}", { zone }), fold: "second", cell: (row) => <Moment at={row.createdAt} /> },
    {
      key: "subject",
      header: t("Subject"),
      fold: "lead",
      cell: (row) => <span className="font-medium">{row.subject}</span>,
    },
    { key: "to", header: t("To"), fold: "second-end", cell: (row) => <span className="break-all">{row.to}</span> },
    {
      key: "state",
      header: t("State"),
      grow: true,
      fold: "lead-end",
      cell: (row) => <MailState row={row} />,
    },
    again && { key: "act", header: t("Actions"), fold: "below", cell: (row) => <SendAgain row={row} /> },
  ];
  return columns.filter((column) => column !== false);
};

/** What was written to people from here, and where it is. */
export function SentMail() {
  const { tenantSlug, tenant, timeZone, can } = useScope();
  const query = useQuery(useTRPC().mail.list.queryOptions({ tenantSlug }));
  return (
    <QueryView query={query}>
      {({ items, goesOut }) => (
        <div className="grid gap-3">
          {!goesOut && (
            <Notice title={t("No mail leaves this installation.")} tone="info">
              {tenant.kind === "operator"
                ? t("No mail server is named (SMTP_URL).")
                : t("Your provider has not named a mail server.")}{" "}
              {t("What would be sent is kept here; nobody gets it until it is sent again.")}
            </Notice>
          )}
          <DataTable
            caption={t("Mail")}
            columns={columnsIn(zoneText(timeZone), can("billing.write"))}
            empty={
              <Empty title={t("Nothing was written yet.")}>{t("Statements and invitations are listed here.")}</Empty>
            }
            rowKey={(row) => row.id}
            rows={items}
          />
        </div>
      )}
    </QueryView>
  );
}

function MailState({ row }: Readonly<{ row: MailRow }>) {
  const { text, tone } = mailState(row);
  // Why it is held stands above the list, once.
  const error = row.state === "held" ? null : row.lastError;
  return (
    <span className={tone} title={error ?? undefined}>
      {text}
      {error && <span className="text-ink-3 max-sm:hidden"> · {error}</span>}
    </span>
  );
}

function SendAgain({ row }: Readonly<{ row: MailRow }>) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const again = useMutation(
    trpc.mail.sendAgain.mutationOptions({
      onError: (error) => toast(refusalOf(error).title, { tone: "bad" }),
      onSettled: () => queries.invalidateQueries({ queryKey: trpc.mail.pathKey() }),
    }),
  );
  if ((row.state !== "held" && row.state !== "failed") || row.secret) return null;
  return (
    <Button
      aria-label={t("Send the mail to {address} again", { address: row.to })}
      busy={again.isPending && t("Queuing…")}
      className="-ms-3 min-h-7"
      look="quiet"
      onClick={() => again.mutate({ tenantSlug, mailId: row.id })}
    >
      {t("Send again")}
    </Button>
  );
}
