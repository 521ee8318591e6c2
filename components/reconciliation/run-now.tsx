"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import type { ReconciliationBoard } from "@/components/api/outputs";
import { refusalOf } from "@/components/api/refusal";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { t } from "@/server/kernel/words";

/** Asks the workers for a run with the ledger, and says when it is there. */
export function RunNow({ board }: Readonly<{ board: ReconciliationBoard | undefined }>) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const run = useMutation(
    trpc.reconciliation.run.mutationOptions({
      onSuccess: () => queries.invalidateQueries({ queryKey: trpc.reconciliation.pathKey() }),
    }),
  );
  const askedAt = run.data?.askedAt.getTime();
  const came = askedAt !== undefined && (board?.runs.some(({ at }) => at.getTime() >= askedAt) ?? false);
  const waits = askedAt !== undefined && !came;
  return (
    <>
      <span aria-live="polite" className="text-ink-2">
        {run.isError && <span className="text-bad">{refusalOf(run.error).title}</span>}
        {waits && t("Asked; the workers are at it.")}
        {came && t("Done just now.")}
      </span>
      <Button busy={run.isPending && t("Asking…")} icon="compare" onClick={() => run.mutate({ tenantSlug })}>
        {t("Run now")}
      </Button>
    </>
  );
}
