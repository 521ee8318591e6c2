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

/** The two files of a statement, and the way to have it mailed again. */
export function StatementActions({ row }: Readonly<{ row: StatementRow }>) {
  const { can } = useScope();
  // In a seller's list it is another tenant's.
  const tenantSlug = row.buyerSlug;
  const send = useMutation(
    useTRPC().statements.sendAgain.mutationOptions({
      onSuccess: ({ mailed, goesOut }) => {
        const people = mailed === 1 ? "one person" : `${mailed} people`;
        toast(goesOut ? `${row.number} is on its way to ${people}.` : `${row.number} waits: no mail server is named.`);
      },
      onError: (error) => toast(refusalOf(error).title, { tone: "bad" }),
    }),
  );
  if (!row.ready) return <span className="text-ink-3">Being made…</span>;
  const files = ["pdf", "csv"] as const;
  return (
    <span className="-ml-3 flex">
      {files.map((format) => (
        <a
          aria-label={`${format.toUpperCase()} of statement ${row.number}`}
          className={buttonClass("quiet", "min-h-7")}
          href={statementHref(tenantSlug, row.number, format)}
          key={format}
        >
          {format.toUpperCase()}
        </a>
      ))}
      {can("billing.write") && (
        <Button
          aria-label={`Mail statement ${row.number} again`}
          busy={send.isPending && "Queuing…"}
          className="min-h-7"
          look="quiet"
          onClick={() => send.mutate({ tenantSlug, statementId: row.id })}
        >
          Mail
        </Button>
      )}
    </span>
  );
}
