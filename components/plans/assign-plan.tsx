"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";

import { useTRPC } from "@/components/api/client";
import { refusalOf } from "@/components/api/refusal";
import type { PlanRow } from "@/components/plans/plans-view";
import { useScope } from "@/components/shell/scope";
import { Dialog } from "@/components/ui/dialog";
import { FormEnd } from "@/components/ui/form-end";
import { Select } from "@/components/ui/select";
import { toast } from "@/components/ui/toast-store";

/** Puts a tenant directly below on the plan, from its next call on. */
export function AssignPlan({ plan, onClose }: Readonly<{ plan: PlanRow; onClose: () => void }>) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const tree = useQuery(trpc.tenants.tree.queryOptions({ tenantSlug }));
  const assign = useMutation(
    trpc.plans.assign.mutationOptions({
      onSuccess: () => {
        void queries.invalidateQueries({ queryKey: trpc.plans.pathKey() });
        void queries.invalidateQueries({ queryKey: trpc.tenants.pathKey() });
        toast(`${plan.name} counts from the next call.`);
        onClose();
      },
    }),
  );
  const targets = (tree.data?.items ?? []).filter(
    (item) => item.parentSlug === tenantSlug && item.currency === plan.currency,
  );

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const childSlug = String(new FormData(event.currentTarget).get("child") ?? "");
    if (childSlug) assign.mutate({ tenantSlug, planId: plan.id, toTenantSlug: childSlug });
  }

  return (
    <Dialog onClose={onClose} title={`Give ${plan.name} to a tenant`}>
      <form className="grid gap-4" noValidate onSubmit={submit}>
        {targets.length === 0 ? (
          <p className="text-ink-2">No tenant directly below you has a wallet in {plan.currency}.</p>
        ) : (
          <Select
            choices={targets.map((item) => ({
              value: item.slug,
              label: `${item.name} (${item.planName ?? "no plan"})`,
            }))}
            data-first=""
            hint="The present plan stands in brackets; it stops counting for new calls."
            label="Tenant"
            name="child"
          />
        )}
        <FormEnd
          busy={assign.isPending && "Changing…"}
          disabled={targets.length === 0}
          onCancel={onClose}
          refusal={assign.error ? refusalOf(assign.error) : undefined}
          submit="Change plan"
        />
      </form>
    </Dialog>
  );
}
