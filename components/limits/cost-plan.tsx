"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import { refusalBeside } from "@/components/api/refusal";
import { useScope } from "@/components/shell/scope";
import { ErrorState } from "@/components/ui/error-state";
import { Section } from "@/components/ui/section";
import { Select } from "@/components/ui/select";
import { toast } from "@/components/ui/toast-store";
import { t } from "@/server/kernel/words";

/** Which plan says what carriers ask: the operator's only, which buys of nobody else. */
export function CostPlan({ planId }: Readonly<{ planId: string | null }>) {
  const { tenantSlug, can } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const plans = useQuery(trpc.plans.list.queryOptions({ tenantSlug }));
  const save = useMutation(
    trpc.limits.setCostPlan.mutationOptions({
      onSettled: () => void queries.invalidateQueries({ queryKey: trpc.limits.pathKey() }),
      onSuccess: (result) =>
        toast(
          result.planId === null
            ? t("Nothing is compared with what carriers ask.")
            : t("Calls below what carriers ask are refused from the next one on."),
        ),
    }),
  );
  const refusal = refusalBeside(save.error, {});
  const own = plans.data?.items.filter((plan) => plan.own && !plan.markup) ?? [];
  return (
    <Section level={2} title={t("What carriers ask")}>
      <div className="grid max-w-prose gap-2">
        <p className="text-ink-2">
          {t(
            "A plan of your own with the prices of your carriers. A call that you would sell for less is refused; where that plan has no price for a number, nothing is compared. Nothing is charged by it.",
          )}
        </p>
        {refusal && <ErrorState {...refusal} />}
        <Select
          choices={[
            { value: "", label: t("None: nothing is compared") },
            ...own.map(({ id, name }) => ({ value: id, label: name })),
          ]}
          className="max-w-80"
          disabled={!can("billing.write") || save.isPending || !plans.data}
          label={t("Plan")}
          name="costPlan"
          onChange={(event) => save.mutate({ tenantSlug, planId: event.target.value || null })}
          value={planId ?? ""}
        />
      </div>
    </Section>
  );
}
