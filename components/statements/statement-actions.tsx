"use client";

import { useMutation } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import type { StatementRow } from "@/components/api/outputs";
import { refusalOf } from "@/components/api/refusal";
import { useScope } from "@/components/shell/scope";
import { statementHref } from "@/components/statements/period-text";
import { Button } from "@/components/ui/button";
import { buttonClass } from "@/components/ui/button-class";
import { toast } from "@/components/ui/toast-store";
import { t } from "@/server/kernel/words";

/** The two files of a statement, and the way to have it mailed again. */
export function StatementActions({ row }: Readonly<{ row: StatementRow }>) {
  const { can } = useScope();
  // In a seller's list it is another tenant's.
  const tenantSlug = row.buyerSlug;
  const send = useMutation(
    useTRPC().statements.sendAgain.mutationOptions({
      onSuccess: ({ mailed, goesOut }) => {
        const { number } = row;
        toast(
          goesOut
            ? t("{number} is on its way to {people, plural, one {one person} other {# people}}.", {
                number,
                people: mailed,
              })
            : t("{number} waits: no mail server is named.", { number }),
        );
      },
      onError: (error) => toast(refusalOf(error).title, { tone: "bad" }),
    }),
  );
  if (!row.ready) return <span className="text-ink-3">{t("Being made…")}</span>;
  const files = ["pdf", "csv"] as const;
  return (
    <span className="-ms-3 flex">
      {files.map((format) => (
        <a
          aria-label={t("{format} of statement {number}", { format: format.toUpperCase(), number: row.number })}
          className={buttonClass("quiet", "min-h-7")}
          href={statementHref(tenantSlug, row.number, format)}
          key={format}
        >
          {format.toUpperCase()}
        </a>
      ))}
      {can("billing.write") && (
        <Button
          aria-label={t("Mail statement {number} again", { number: row.number })}
          busy={send.isPending && t("Queuing…")}
          className="min-h-7"
          look="quiet"
          onClick={() => send.mutate({ tenantSlug, statementId: row.id })}
        >
          {t("send|Mail")}
        </Button>
      )}
    </span>
  );
}
