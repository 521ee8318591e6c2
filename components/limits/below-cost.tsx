"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import { refusalBeside } from "@/components/api/refusal";
import { useScope } from "@/components/shell/scope";
import { ErrorState } from "@/components/ui/error-state";
import { Notice } from "@/components/ui/notice";
import { Section } from "@/components/ui/section";
import { Switch } from "@/components/ui/switch";
import { toast } from "@/components/ui/toast-store";
import { listText } from "@/server/kernel/locale";
import { t } from "@/server/kernel/words";

/** Whether a seller means it when a call costs more than it brings in. A customer sells to nobody and is not asked. */
export function BelowCost({ allowed, refused }: Readonly<{ allowed: boolean; refused: readonly string[] }>) {
  const { tenantSlug, currency, can } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const save = useMutation(
    trpc.limits.setBelowCost.mutationOptions({
      onSuccess: (result) => {
        void queries.invalidateQueries({ queryKey: trpc.limits.pathKey() });
        toast(
          result.allowed ? t("Calls below cost pass from the next one on.") : t("Calls below cost are refused again."),
        );
      },
    }),
  );
  const refusal = refusalBeside(save.error, {});
  return (
    <Section level={2} title={t("Selling below cost")}>
      <div className="grid max-w-prose gap-2">
        <p className="text-ink-2">
          {t(
            "A call that costs you more than it brings in, after whatever time of talk, is refused, and so is one that is sold in another currency than you buy it in. Let them pass only if you mean to pay the difference.",
          )}
        </p>
        {refused.length > 0 && (
          <Notice title={t("Calls of some of your customers are refused.")} tone="warn">
            {t("You buy in {currency}, and they pay in {others}.", { currency, others: listText(refused) })}
          </Notice>
        )}
        {refusal && <ErrorState {...refusal} />}
        <div>
          <Switch
            disabled={!can("billing.write") || save.isPending}
            label={t("Sell below cost")}
            on={allowed}
            onChange={(next) => save.mutate({ tenantSlug, allowed: next })}
            words={[t("Yes"), t("No")]}
          />
        </div>
      </div>
    </Section>
  );
}
