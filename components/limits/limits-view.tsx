"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import type { Outputs } from "@/components/api/outputs";
import { QueryView } from "@/components/api/query-view";
import { BelowCost } from "@/components/limits/below-cost";
import { CostPlan } from "@/components/limits/cost-plan";
import { ExtensionLimits } from "@/components/limits/extension-limits";
import { LimitsForm } from "@/components/limits/limits-form";
import { useScope } from "@/components/shell/scope";
import { PageHeader } from "@/components/ui/page-header";
import { Section } from "@/components/ui/section";
import { toast } from "@/components/ui/toast-store";
import { t } from "@/server/kernel/words";

/** What calls may cost and how many there may be, each cap tried against the last 30 days while it is typed. */
export function LimitsView() {
  const { tenantSlug, tenant } = useScope();
  const query = useQuery(useTRPC().limits.get.queryOptions({ tenantSlug }));
  return (
    <>
      <PageHeader title={t("Limits")} />
      <div className="grid gap-8">
        <p className="max-w-prose text-ink-2">
          {t(
            "At a cap new calls are refused and calls in progress end; held money counts as spent. Emergency numbers always pass. An empty field sets no limit.",
          )}
        </p>
        <QueryView query={query}>{(limits) => <OwnLimits limits={limits} />}</QueryView>
        <ExtensionLimits />
        {tenant.kind !== "customer" && query.data && (
          <BelowCost allowed={query.data.sellsBelowCost} refused={query.data.refusedCurrencies} />
        )}
        {tenant.kind === "operator" && query.data && <CostPlan planId={query.data.costPlanId} />}
      </div>
    </>
  );
}

function OwnLimits({ limits }: Readonly<{ limits: Outputs["limits"]["get"] }>) {
  const { tenantSlug, tenant } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const save = useMutation(
    trpc.limits.set.mutationOptions({
      // Who saved meanwhile is shown in the form, which keeps what was typed.
      onError: () => void queries.invalidateQueries({ queryKey: trpc.limits.pathKey() }),
      onSuccess: () => {
        void queries.invalidateQueries({ queryKey: trpc.limits.pathKey() });
        void queries.invalidateQueries({ queryKey: trpc.billing.pathKey() });
        toast(t("Limits saved. They count from the next call."));
      },
    }),
  );
  return (
    <Section level={2} title={t("All of {tenant}", { tenant: tenant.name })}>
      <div className="max-w-3xl">
        <LimitsForm
          above={limits.above}
          busy={save.isPending}
          counts={["maxCalls", "maxCallsPerMinute", "maxCallsPerSecond"]}
          currency={limits.currency}
          error={save.error}
          limits={limits.own}
          onSave={(patch) => save.mutate({ tenantSlug, ...patch })}
          subject={{}}
        />
      </div>
    </Section>
  );
}
