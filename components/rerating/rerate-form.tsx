"use client";

import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

import { useTRPC } from "@/components/api/client";
import type { Inputs } from "@/components/api/outputs";
import { QueryView } from "@/components/api/query-view";
import { useScope } from "@/components/shell/scope";
import { TenantField } from "@/components/tenants/tenant-field";
import { Button } from "@/components/ui/button";
import { ErrorState } from "@/components/ui/error-state";
import { Field } from "@/components/ui/field";
import { Select } from "@/components/ui/select";
import { checks, useFields } from "@/components/ui/use-fields";
import { msg, t } from "@/server/kernel/words";

export type RerateAsked = Omit<Inputs["rerating"]["preview"], "tenantSlug">;

type Props = Readonly<{
  busy: boolean;
  refusal: Readonly<{ title: string; next: string; code: string }> | undefined;
  onPreview: (asked: RerateAsked) => void;
}>;

const day = checks.shape(/^\d{4}-\d{2}-\d{2}$/, msg("Choose a day."));

type Plans = readonly Readonly<{ id: string; name: string }>[];

/** Which calls, and by which prices. One of customer, prefix and plan must be named: everything at once is refused. */
export function RerateForm(props: Props) {
  const { tenantSlug } = useScope();
  const plans = useQuery(useTRPC().plans.list.queryOptions({ tenantSlug }));
  return (
    <QueryView query={plans}>{({ items }) => <Form own={items.filter((plan) => plan.own)} {...props} />}</QueryView>
  );
}

/** @param props.own the plans of one's own. */
function Form({ own, busy, refusal, onPreview }: Props & Readonly<{ own: Plans }>) {
  const [buyer, setBuyer] = useState<string>();
  const { problems, read } = useFields({
    from: day,
    to: day,
    chargedBy: checks.any,
    planId: checks.any,
    prefix: checks.optional(checks.shape(/^\+?[1-9]\d{0,14}$/, msg("Digits of a full number, such as 4915."))),
  });

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = read(event.currentTarget);
    if (!values) return;
    const { from, to, prefix, chargedBy, planId } = values;
    onPreview({
      periodFrom: from,
      periodTo: to,
      ...(buyer ? { buyerSlugs: [buyer] } : {}),
      ...(prefix ? { prefix } : {}),
      ...(chargedBy ? { chargedBy } : {}),
      ...(planId ? { planId } : {}),
    });
  }

  return (
    <form className="grid gap-4" noValidate onSubmit={submit}>
      <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-3">
        <Field label={t("time|From")} name="from" problem={problems.from} type="date" />
        <Field label={t("time|To")} name="to" problem={problems.to} type="date" />
        <TenantField
          direct
          label={t("Customer")}
          name="buyer"
          onValue={(tenant) => setBuyer(tenant?.slug)}
          placeholder={t("Any customer")}
          value={buyer}
        />
        <Field
          hint={t("Only numbers that begin with it.")}
          inputMode="numeric"
          label={t("Prefix")}
          name="prefix"
          problem={problems.prefix}
          required={false}
        />
        <PlanChoices own={own} />
      </div>
      {refusal && <ErrorState {...refusal} />}
      <div>
        <Button busy={busy && t("Starting…")} look="primary" type="submit">
          {t("Preview")}
        </Button>
      </div>
    </form>
  );
}

/** Which plan charged, and which prices now. */
function PlanChoices({ own }: Readonly<{ own: Plans }>) {
  return (
    <>
      <Select
        choices={[{ value: "", label: t("Any plan") }, ...own.map(({ name }) => ({ value: name, label: name }))]}
        hint={t("Only calls that this plan charged.")}
        label={t("Charged by")}
        name="chargedBy"
      />
      <Select
        choices={[
          { value: "", label: t("The plan that charged, as it is now") },
          ...own.map(({ id, name }) => ({ value: id, label: name })),
        ]}
        label={t("Price by")}
        name="planId"
      />
    </>
  );
}
