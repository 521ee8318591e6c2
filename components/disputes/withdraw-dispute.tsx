"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import { refusalOf } from "@/components/api/refusal";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { ErrorState } from "@/components/ui/error-state";
import { toast } from "@/components/ui/toast-store";
import { t } from "@/server/kernel/words";

/** Takes a dispute back. The charge can be disputed again, so nothing is asked first. */
export function WithdrawDispute({ disputeId, number }: Readonly<{ disputeId: string; number: string }>) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const withdraw = useMutation(
    trpc.disputes.withdraw.mutationOptions({
      onSuccess: () => {
        void queries.invalidateQueries({ queryKey: trpc.disputes.pathKey() });
        toast(t("{number} is taken back.", { number }));
      },
    }),
  );
  return (
    <>
      <Button busy={withdraw.isPending && t("Taking back…")} onClick={() => withdraw.mutate({ tenantSlug, disputeId })}>
        {t("Take it back")}
      </Button>
      {withdraw.error && <ErrorState {...refusalOf(withdraw.error)} />}
    </>
  );
}
