"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import type { Outputs } from "@/components/api/outputs";
import { refusalOf } from "@/components/api/refusal";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { ErrorState } from "@/components/ui/error-state";
import { toast } from "@/components/ui/toast-store";
import { t } from "@/server/kernel/words";

type Props = Readonly<{ planId: string; rate: Outputs["plans"]["rates"]["items"][number]; onClose: () => void }>;

/** Ends a price at the moment, or takes a planned one back; it is asked, because calls may have none afterwards. */
export function EndRate({ planId, rate, onClose }: Props) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const end = useMutation(
    trpc.plans.endRate.mutationOptions({
      onSuccess: ({ planned }) => {
        void queries.invalidateQueries({ queryKey: trpc.plans.pathKey() });
        toast(planned ? t("The planned price is taken back.") : t("The price ended."));
        onClose();
      },
    }),
  );
  const { prefix } = rate;
  return (
    <Dialog onClose={onClose} title={t("End the price of {prefix}", { prefix })}>
      <div className="grid gap-4">
        <p className="text-md text-ink-2">
          {t(
            "From now on calls to {prefix} have the price of a shorter prefix, or none and are refused. One that is only planned goes. Calls in progress keep their price.",
            { prefix },
          )}
        </p>
        {end.error && <ErrorState {...refusalOf(end.error)} />}
        <div className="flex justify-end gap-2">
          <Button data-first="" onClick={onClose}>
            {t("Keep price")}
          </Button>
          <Button
            busy={end.isPending && t("Ending…")}
            look="danger"
            onClick={() => end.mutate({ tenantSlug, planId, rateId: rate.id })}
          >
            {t("End price")}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
