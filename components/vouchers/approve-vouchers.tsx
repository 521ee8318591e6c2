"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import type { VoucherBatch } from "@/components/api/outputs";
import { refusalOf } from "@/components/api/refusal";
import { moneyText } from "@/components/billing/money-text";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { ErrorState } from "@/components/ui/error-state";
import { toast } from "@/components/ui/toast-store";
import { t } from "@/server/kernel/words";

/** A second person's yes to a batch that is worth more than one may post alone. */
export function ApproveVouchers({ batch, onClose }: Readonly<{ batch: VoucherBatch; onClose: () => void }>) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const approve = useMutation(
    trpc.vouchers.approve.mutationOptions({
      onSuccess: () => {
        void queries.invalidateQueries({ queryKey: trpc.vouchers.pathKey() });
        toast(t("The codes of the batch count now."));
        onClose();
      },
    }),
  );
  const { count, currency, amountMicros } = batch;
  return (
    <Dialog onClose={onClose} title={t("Approve the batch")}>
      <div className="grid gap-4">
        <p className="text-md text-ink-2">
          {t(
            "{count, plural, one {# code} other {# codes}} of {worth}, {total} together: whoever below you types one is credited at once.",
            {
              count,
              worth: moneyText(amountMicros, currency),
              total: moneyText(amountMicros * BigInt(count), currency),
            },
          )}
        </p>
        {approve.error && <ErrorState {...refusalOf(approve.error)} />}
        <div className="flex justify-end gap-2">
          <Button data-first="" onClick={onClose}>
            {t("Not now")}
          </Button>
          <Button
            busy={approve.isPending && t("Approving…")}
            look="primary"
            onClick={() => approve.mutate({ tenantSlug, batchId: batch.id })}
          >
            {t("Approve codes")}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
