"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import type { TenantRow } from "@/components/api/outputs";
import { QueryView } from "@/components/api/query-view";
import { LimitsForm } from "@/components/limits/limits-form";
import { useScope } from "@/components/shell/scope";
import { Section } from "@/components/ui/section";
import { toast } from "@/components/ui/toast-store";
import { t } from "@/server/kernel/words";

/** What a tenant below is allowed: it may choose tighter limits, and cannot lift these. */
export function TenantLimits({ row }: Readonly<{ row: TenantRow }>) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const query = useQuery(trpc.limits.get.queryOptions({ tenantSlug, ofTenantSlug: row.slug }));
  const save = useMutation(
    trpc.limits.setBelow.mutationOptions({
      onSuccess: () => {
        void queries.invalidateQueries({ queryKey: trpc.limits.pathKey() });
        toast(t("Limits of {name} saved. They count from the next call.", { name: row.name }));
      },
    }),
  );
  return (
    <Section title={t("What you allow at most")}>
      <p className="text-ink-2">
        {t("{name} may choose tighter limits of its own, and cannot lift these.", { name: row.name })}
      </p>
      <QueryView query={query}>
        {(limits) => (
          <LimitsForm
            above={limits.above}
            busy={save.isPending}
            counts={["maxCalls", "maxCallsPerMinute", "maxCallsPerSecond"]}
            currency={limits.currency}
            error={save.error}
            limits={limits.yours}
            onSave={(patch) => save.mutate({ tenantSlug, ofTenantSlug: row.slug, ...patch })}
            subject={{ ofTenantSlug: row.slug }}
          />
        )}
      </QueryView>
    </Section>
  );
}
