"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { useTRPC } from "@/components/api/client";
import { refusalOf } from "@/components/api/refusal";
import { readAmount } from "@/components/billing/amount-input";
import { moneyText } from "@/components/billing/money-text";
import type { MoveWay } from "@/components/billing/move-rows";
import { useScope } from "@/components/shell/scope";
import { toast } from "@/components/ui/toast-store";
import { t } from "@/server/kernel/words";

type Asked = Readonly<{
  way: MoveWay;
  tenant: Readonly<{ kind: string }>;
  target: Readonly<{ slug: string; name: string }> | undefined;
  currency: string;
  onDone: () => void;
}>;

/** The key is made when the form opens: a second press, or a repeat after a lost answer, moves nothing twice. */
export function useMove({ way, tenant, target, currency, onDone }: Asked) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [postingKey] = useState(() => `portal:${crypto.randomUUID()}`);
  const undo = useMutation(
    trpc.billing.undoTransfer.mutationOptions({
      onSuccess: () => toast(t("The transfer is taken back.")),
      onError: (error) => toast(refusalOf(error).title, { tone: "bad" }),
      onSettled: () => queries.invalidateQueries(),
    }),
  );
  const options = {
    onSuccess: (moved: object, { amount }: { amount: string }) => {
      void queries.invalidateQueries();
      const sum = moneyText(readAmount(amount) ?? 0n, currency);
      if ("pendingId" in moved && moved.pendingId) {
        const posted = "postedAlone" in moved ? moneyText(BigInt(String(moved.postedAlone)), currency) : undefined;
        toast(
          posted
            ? t(
                "{sum} waits until a second person approves it: {posted} was posted within 24 hours without a second person.",
                {
                  sum,
                  posted,
                },
              )
            : t("{sum} waits until a second person approves it.", { sum }),
        );
        onDone();
        return;
      }
      const name = target?.name ?? "";
      const text =
        way === "receive"
          ? t("{sum} added.", { sum })
          : way === "give"
            ? t("{sum} given to {name}.", { sum, name })
            : t("{sum} taken back from {name}.", { sum, name });
      const transactionId = "transactionId" in moved ? String(moved.transactionId) : undefined;
      // A payment from outside is no transfer: it is mended by a correction.
      const moves = way !== "receive" && tenant.kind !== "operator" && transactionId;
      toast(text, moves ? { undo: () => undo.mutate({ tenantSlug, transactionId }) } : {});
      onDone();
    },
  };
  const topUp = useMutation(trpc.billing.topUp.mutationOptions(options));
  const transfer = useMutation(trpc.billing.transfer.mutationOptions(options));

  function move(amount: string, note: string): void {
    const movement = { tenantSlug, postingKey, amount, currency, ...(note ? { memo: note } : {}) };
    if (way === "receive") topUp.mutate(movement);
    else if (target && tenant.kind === "operator") topUp.mutate({ ...movement, toTenantSlug: target.slug });
    else if (target)
      transfer.mutate({ ...movement, withTenantSlug: target.slug, direction: way === "give" ? "down" : "up" });
  }

  return { move, error: topUp.error ?? transfer.error, busy: topUp.isPending || transfer.isPending };
}
