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

/** What was moved in the last 15 minutes, each with its way back while the money is still there. */
export function RecentTransfers({ row }: Readonly<{ row: TenantRow }>) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { data } = useQuery(trpc.terms.transfers.queryOptions({ tenantSlug, ofTenantSlug: row.slug }));
  const undo = useMutation(
    trpc.billing.undoTransfer.mutationOptions({
      onSuccess: () => toast("The transfer is taken back."),
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
              {item.down ? "given" : "taken back"} <Moment at={item.at} />
            </span>
            <Button
              busy={undo.isPending && undo.variables.transactionId === item.transactionId && "Undoing…"}
              className="min-h-7"
              look="quiet"
              onClick={() => undo.mutate({ tenantSlug, transactionId: item.transactionId })}
            >
              Undo
            </Button>
          </li>
        ))}
      </ul>
      {undo.error && <ErrorState {...refusalOf(undo.error)} />}
    </>
  );
}
