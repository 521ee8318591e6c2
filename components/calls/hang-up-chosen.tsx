"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTRPC } from "@/components/api/client";
import type { LiveCall } from "@/components/api/outputs";
import { refusalOf } from "@/components/api/refusal";
import { Money } from "@/components/billing/money";
import { runningRate } from "@/components/calls/running-rate";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { toast } from "@/components/ui/toast-store";
import { rich } from "@/components/words/rich";
import { t } from "@/server/kernel/words";

type Props = Readonly<{ calls: readonly LiveCall[]; currency: string; onDone: () => void }>;

/** What is chosen, what its end stops, and the button. Sticks to the foot of the page while anything is chosen. */
export function HangUpChosen({ calls, currency, onDone }: Props) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const hangUp = useMutation(
    trpc.calls.hangUpMany.mutationOptions({
      onSuccess: ({ asked }) => {
        void queries.invalidateQueries({ queryKey: trpc.calls.pathKey() });
        toast(t("{calls, plural, one {# call} other {# calls}} ended. What was talked is charged.", { calls: asked }));
        onDone();
      },
      onError: (error) => toast(refusalOf(error).title, { tone: "bad" }),
    }),
  );
  const rate = runningRate(calls.filter((call) => call.currency === currency));
  return (
    <section
      aria-label={t("Chosen calls")}
      className="sticky bottom-14 z-20 mt-3 flex flex-wrap items-center gap-x-4 gap-y-2 rounded-lg border bg-surface px-3 py-2 shadow-float sm:bottom-3"
    >
      <span className="font-medium">
        {t("{calls, plural, one {# call} other {# calls}} chosen", { calls: calls.length })}
      </span>
      {rate > 0n && (
        <span className="text-ink-2">
          {rich("their end stops {rate} a minute", {
            rate: <Money currency={currency} decimals={4} micros={rate} />,
          })}
        </span>
      )}
      <span className="ms-auto flex items-center gap-2">
        <Button look="quiet" onClick={onDone}>
          {t("Choose none")}
        </Button>
        <Button
          busy={hangUp.isPending && t("Ending…")}
          look="danger"
          onClick={() => hangUp.mutate({ tenantSlug, callIds: calls.map(({ id }) => id) })}
        >
          {t("Hang up {calls, plural, one {# call} other {# calls}}", { calls: calls.length })}
        </Button>
      </span>
    </section>
  );
}
