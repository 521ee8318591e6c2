"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";

import { useTRPC } from "@/components/api/client";
import type { TenantRow } from "@/components/api/outputs";
import { QueryView } from "@/components/api/query-view";
import { refusalOf } from "@/components/api/refusal";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { ErrorState } from "@/components/ui/error-state";
import { Field } from "@/components/ui/field";
import { Section } from "@/components/ui/section";
import { Select } from "@/components/ui/select";
import { toast } from "@/components/ui/toast-store";
import { useFields } from "@/components/ui/use-fields";
import { t } from "@/server/kernel/words";

/** By which plans a tenant buys, in the order in which they are asked for a price. */
export function TenantPlans({ row }: Readonly<{ row: TenantRow }>) {
  const { tenantSlug, can } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const query = useQuery(trpc.tenantPlans.list.queryOptions({ tenantSlug, ofTenantSlug: row.slug }));
  const remove = useMutation(
    trpc.tenantPlans.remove.mutationOptions({
      onSuccess: () => toast(t("The plan does not count any more for new calls.")),
      onSettled: () => queries.invalidateQueries(),
    }),
  );
  return (
    <Section title={t("Plans, in the order they are asked")}>
      <QueryView query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="text-warn">{t("No plan, so calls out are refused.")}</p>
          ) : (
            <ol className="grid">
              {items.map((item) => (
                <li className="flex min-h-9 items-center gap-3 border-b" key={item.planId}>
                  <span className="figures w-8 shrink-0 text-ink-3">{item.priority ?? t("asked|last")}</span>
                  <span className="min-w-0 flex-1">{item.name ?? t("A plan from further above")}</span>
                  {item.yours && can("plans.write") && (
                    <Button
                      aria-label={t("Take {name} away", { name: item.name ?? t("A plan from further above") })}
                      className="min-h-7"
                      look="quiet"
                      onClick={() => remove.mutate({ tenantSlug, toTenantSlug: row.slug, planId: item.planId })}
                    >
                      {t("Take away")}
                    </Button>
                  )}
                </li>
              ))}
            </ol>
          )
        }
      </QueryView>
      {remove.error && <ErrorState {...refusalOf(remove.error)} />}
      {can("plans.write") && <AddPlan row={row} taken={query.data?.items.map(({ priority }) => priority) ?? []} />}
    </Section>
  );
}

function AddPlan({ row, taken }: Readonly<{ row: TenantRow; taken: readonly (number | null)[] }>) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const plans = useQuery(trpc.plans.list.queryOptions({ tenantSlug }));
  const form = useFields({
    plan: () => undefined,
    priority: (text) => (/^[1-9]\d?$/.test(text) ? undefined : t("From 1 to 99.")),
  });
  const add = useMutation(
    trpc.tenantPlans.add.mutationOptions({
      onSuccess: () => toast(t("The plan counts from the next call.")),
      onSettled: () => queries.invalidateQueries(),
    }),
  );
  const choices = (plans.data?.items ?? []).filter((plan) => plan.own && plan.currency === row.currency);
  if (choices.length === 0)
    return <p className="text-ink-3">{t("You have no plan in {currency} to give.", { currency: row.currency })}</p>;
  const free = Array.from({ length: 99 }, (_, index) => index + 1).find((priority) => !taken.includes(priority)) ?? 99;

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = form.read(event.currentTarget);
    if (values)
      add.mutate({ tenantSlug, toTenantSlug: row.slug, planId: values.plan, priority: Number(values.priority) });
  }
  return (
    <form className="grid gap-2" noValidate onSubmit={submit}>
      <div className="grid grid-cols-[minmax(0,1fr)_6rem] gap-4">
        <Select
          choices={choices.map(({ id, name }) => ({ value: id, label: name }))}
          label={t("Add a plan")}
          name="plan"
        />
        <Field
          defaultValue={String(free)}
          inputMode="numeric"
          key={free}
          label={t("Asked as")}
          name="priority"
          problem={form.problems.priority}
        />
      </div>
      {add.error && <ErrorState {...refusalOf(add.error)} />}
      <div>
        <Button busy={add.isPending && t("Adding…")} type="submit">
          {t("Add plan")}
        </Button>
      </div>
    </form>
  );
}
