"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { useTRPC } from "@/components/api/client";
import { QueryView } from "@/components/api/query-view";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { countText } from "@/components/ui/count-text";
import { Dialog } from "@/components/ui/dialog";

type Props = Readonly<{ importId: string; fileName: string; count: number }>;

/** Lines of a file that are no number, behind their count. */
export function HotProblems({ importId, fileName, count }: Props) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button look="quiet" onClick={() => setOpen(true)}>
        {countText(count, "lines")} left out
      </Button>
      {open && (
        <Dialog onClose={() => setOpen(false)} title={`Left out of ${fileName}`}>
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
              <span className="figures">Line {line}</span> {reason}.
            </li>
          ))}
          {count > items.length && <li className="text-ink-2">… {countText(count, "lines")} in all.</li>}
        </ol>
      )}
    </QueryView>
  );
}
