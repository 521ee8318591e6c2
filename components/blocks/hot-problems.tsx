"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { useTRPC } from "@/components/api/client";
import { QueryView } from "@/components/api/query-view";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { rich } from "@/components/words/rich";
import { t } from "@/server/kernel/words";

type Props = Readonly<{ importId: string; fileName: string; count: number }>;

/** Lines of a file that are no number, behind their count. */
export function HotProblems({ importId, fileName, count }: Props) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button look="quiet" onClick={() => setOpen(true)}>
        {t("{count, plural, one {# line} other {# lines}} left out", { count })}
      </Button>
      {open && (
        <Dialog onClose={() => setOpen(false)} title={t("Left out of {file}", { file: fileName })}>
          <Lines count={count} importId={importId} />
        </Dialog>
      )}
    </>
  );
}

function Lines({ importId, count }: Pick<Props, "importId" | "count">) {
  const { tenantSlug } = useScope();
  const query = useQuery(useTRPC().blocks.hotProblems.queryOptions({ tenantSlug, hotImportId: importId }));
  return (
    <QueryView query={query}>
      {({ items }) => (
        <ol className="grid gap-1">
          {items.map(({ line, reason }) => (
            <li key={line}>
              {rich("<line>Line {number}</line> {reason}.", {
                line: (text) => <span className="figures">{text}</span>,
                number: line,
                reason,
              })}
            </li>
          ))}
          {count > items.length && (
            <li className="text-ink-2">{t("… {count, plural, one {# line} other {# lines}} in all.", { count })}</li>
          )}
        </ol>
      )}
    </QueryView>
  );
}
