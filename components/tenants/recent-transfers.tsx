"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import type { TenantRow } from "@/components/api/outputs";
import { refusalOf } from "@/components/api/refusal";
import { Money } from "@/components/billing/money";
import { Moment } from "@/components/shell/moment";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { ErrorState } from "@/components/ui/error-state";
import { toast } from "@/components/ui/toast-store";
import { rich } from "@/components/words/rich";
import { t } from "@/server/kernel/words";

/** What was moved in the last 15 minutes, each with its way back while the money is still there. */
export function RecentTransfers({ row }: Readonly<{ row: TenantRow }>) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { data } = useQuery(trpc.terms.transfers.queryOptions({ tenantSlug, ofTenantSlug: row.slug }));
  const undo = useMutation(
    trpc.billing.undoTransfer.mutationOptions({
      onSuccess: () => toast(t("The transfer is taken back.")),
      onSettled: () => queries.invalidateQueries(),
    }),
  );
  if (!data || data.items.length === 0) return null;
  return (
    <>
      <ul className="grid">
        {data.items.map((item) => (
          <li className="flex min-h-9 items-center gap-3 border-b" key={item.transactionId}>
            <Money className="font-medium" currency={row.currency} micros={item.amountMicros} />
            <span className="min-w-0 flex-1 text-ink-2">
              {item.down
                ? rich("given {moment}", { moment: <Moment at={item.at} /> })
                : rich("taken back {moment}", { moment: <Moment at={item.at} /> })}
            </span>
            <Button
              busy={undo.isPending && undo.variables.transactionId === item.transactionId && t("Undoing…")}
              className="min-h-7"
              look="quiet"
              onClick={() => undo.mutate({ tenantSlug, transactionId: item.transactionId })}
            >
              {t("Undo")}
            </Button>
          </li>
        ))}
      </ul>
      {undo.error && <ErrorState {...refusalOf(undo.error)} />}
    </>
  );
}
