"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import { refusalOf } from "@/components/api/refusal";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { toast } from "@/components/ui/toast-store";
import { t } from "@/server/kernel/words";

/** Ends one call. What was talked is charged; the person hears nothing more. */
export function HangUp({ callId, to }: Readonly<{ callId: string; to: string }>) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const hangUp = useMutation(
    trpc.calls.hangUp.mutationOptions({
      onSuccess: () => {
        void queries.invalidateQueries({ queryKey: trpc.calls.pathKey() });
        toast(t("Call to {number} ended. It is charged for the time talked.", { number: to }));
      },
      onError: (error) => toast(refusalOf(error).title, { tone: "bad" }),
    }),
  );
  return (
    <Button
      aria-label={t("Hang up the call to {number}", { number: to })}
      busy={hangUp.isPending && t("Ending…")}
      className="min-h-7"
      onClick={() => hangUp.mutate({ tenantSlug, callId })}
    >
      {t("Hang up")}
    </Button>
  );
}
