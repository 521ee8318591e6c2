"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

import { useTRPC } from "@/components/api/client";
import { refusalOf } from "@/components/api/refusal";
import type { PlanRow } from "@/components/plans/plan-row";
import { useScope } from "@/components/shell/scope";
import { TenantField } from "@/components/tenants/tenant-field";
import { Dialog } from "@/components/ui/dialog";
import { FormEnd } from "@/components/ui/form-end";
import { toast } from "@/components/ui/toast-store";
import { t } from "@/server/kernel/words";

/** Puts a tenant directly below on the plan, from its next call on. */
export function AssignPlan({ plan, onClose }: Readonly<{ plan: PlanRow; onClose: () => void }>) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [childSlug, setChildSlug] = useState<string>();
  const assign = useMutation(
    trpc.plans.assign.mutationOptions({
      onSuccess: () => {
        void queries.invalidateQueries({ queryKey: trpc.plans.pathKey() });
        void queries.invalidateQueries({ queryKey: trpc.tenants.pathKey() });
        toast(t("{name} counts from the next call.", { name: plan.name }));
        onClose();
      },
    }),
  );

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (childSlug) assign.mutate({ tenantSlug, planId: plan.id, toTenantSlug: childSlug });
  }

  return (
    <Dialog onClose={onClose} title={t("Give {name} to a tenant", { name: plan.name })}>
      <form className="grid gap-4" noValidate onSubmit={submit}>
        <TenantField
          currency={plan.currency}
          detailOf={({ planName }) => planName ?? t("no plan")}
          direct
          hint={t(
            "Those directly below with a wallet in {currency}. The present plan stands beside the name; it stops counting for new calls.",
            { currency: plan.currency },
          )}
          label={t("Tenant")}
          name="child"
          onValue={(tenant) => setChildSlug(tenant?.slug)}
          placeholder={t("Choose a tenant")}
          value={childSlug}
        />
        <FormEnd
          busy={assign.isPending && t("Changing…")}
          disabled={childSlug === undefined}
          onCancel={onClose}
          refusal={assign.error ? refusalOf(assign.error) : undefined}
          submit={t("Change plan")}
        />
      </form>
    </Dialog>
  );
}
