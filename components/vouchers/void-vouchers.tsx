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

/** Makes what is unused of a batch worthless; there is no way back, so it is asked. */
export function VoidVouchers({ batch, onClose }: Readonly<{ batch: VoucherBatch; onClose: () => void }>) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const revoke = useMutation(
    trpc.vouchers.revoke.mutationOptions({
      onSuccess: ({ revoked }) => {
        void queries.invalidateQueries({ queryKey: trpc.vouchers.pathKey() });
        toast(
          t("{count, plural, one {# unused code is void now.} other {# unused codes are void now.}}", {
            count: revoked,
          }),
        );
        onClose();
      },
    }),
  );
  return (
    <Dialog onClose={onClose} title={t("Void the unused codes")}>
      <div className="grid gap-4">
        <p className="text-md text-ink-2">
          {t(
            "{count, plural, one {# unused code of {worth} becomes worthless at once, even if it is sold.} other {# unused codes of {worth} become worthless at once, also those that are sold.}} Used ones stay as they are. This cannot be taken back.",
            { count: batch.open, worth: moneyText(batch.amountMicros, batch.currency) },
          )}
        </p>
        {revoke.error && <ErrorState {...refusalOf(revoke.error)} />}
        <div className="flex justify-end gap-2">
          <Button data-first="" onClick={onClose}>
            {t("Keep codes")}
          </Button>
          <Button
            busy={revoke.isPending && t("Voiding…")}
            look="danger"
            onClick={() => revoke.mutate({ tenantSlug, batchId: batch.id })}
          >
            {t("Void codes")}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
