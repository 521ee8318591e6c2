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

/** Makes what is unused of a batch worthless; there is no way back, so it is asked. */
export function VoidVouchers({ batch, onClose }: Readonly<{ batch: VoucherBatch; onClose: () => void }>) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const revoke = useMutation(
    trpc.vouchers.revoke.mutationOptions({
      onSuccess: ({ revoked }) => {
        void queries.invalidateQueries({ queryKey: trpc.vouchers.pathKey() });
        toast(`${revoked} unused ${revoked === 1 ? "code is" : "codes are"} void now.`);
        onClose();
      },
    }),
  );
  return (
    <Dialog onClose={onClose} title="Void the unused codes">
      <div className="grid gap-4">
        <p className="text-md text-ink-2">
          {batch.open} unused {batch.open === 1 ? "code" : "codes"} of {moneyText(batch.amountMicros, batch.currency)}{" "}
          become worthless at once, also those that are sold. Used ones stay as they are. This cannot be taken back.
        </p>
        {revoke.error && <ErrorState {...refusalOf(revoke.error)} />}
        <div className="flex justify-end gap-2">
          <Button data-first="" onClick={onClose}>
            Keep codes
          </Button>
          <Button
            busy={revoke.isPending && "Voiding…"}
            look="danger"
            onClick={() => revoke.mutate({ tenantSlug, batchId: batch.id })}
          >
            Void codes
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
