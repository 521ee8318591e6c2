"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

import { useTRPC } from "@/components/api/client";
import { problemsOf, refusalBeside } from "@/components/api/refusal";
import { type PlanField, planFields, readPlan } from "@/components/plans/read-plan";
import { useScope } from "@/components/shell/scope";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { FormEnd } from "@/components/ui/form-end";
import { Select } from "@/components/ui/select";
import { toast } from "@/components/ui/toast-store";
import { type Problems, useFields } from "@/components/ui/use-fields";
import { t } from "@/server/kernel/words";

/** A plan of prices of its own, or one that adds to what another asks. */
export function NewPlan({ onClose }: Readonly<{ onClose: () => void }>) {
  const { tenantSlug, currency } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [kind, setKind] = useState("prices");
  const { problems, read, setProblems } = useFields(planFields);
  const create = useMutation(
    trpc.plans.create.mutationOptions({
      onSuccess: (_, { markup }) => {
        void queries.invalidateQueries({ queryKey: trpc.plans.pathKey() });
        toast(markup ? t("Plan made. Its prices follow its base.") : t("Plan made. Open it to set its prices."));
        onClose();
      },
      onError: (error) => setProblems(problemsOf(error)),
    }),
  );

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = read(event.currentTarget);
    if (!values) return;
    const { plan, problems: wrong } = readPlan(values);
    if (plan) create.mutate({ tenantSlug, ...plan });
    else setProblems(wrong);
  }

  return (
    <Dialog onClose={onClose} title={t("New plan")}>
      <form className="grid gap-4" noValidate onSubmit={submit}>
        <NameFields problems={problems} />
        <Select
          choices={[
            { value: "prices", label: t("set one by one, or by a rate deck") },
            { value: "markup", label: t("what another plan asks, and more") },
          ]}
          label={t("Its prices are")}
          name="kind"
          onChange={(event) => setKind(event.target.value)}
          value={kind}
        />
        {kind === "markup" && <MarkupFields currency={currency} problems={problems} />}
        <FormEnd
          busy={create.isPending && t("Making the plan…")}
          onCancel={onClose}
          refusal={refusalBeside(create.error, planFields)}
          submit={t("Make plan")}
        />
      </form>
    </Dialog>
  );
}

/** What every plan has; its currency and the clock of its hours stay. */
function NameFields({ problems }: Pick<Props, "problems">) {
  const {
    currency,
    tenant: { timeZone },
  } = useScope();
  return (
    <>
      <Field data-first="" label={t("Name")} maxLength={100} name="name" problem={problems.name} />
      <div className="grid grid-cols-2 gap-4">
        <Field
          className="uppercase"
          defaultValue={currency}
          hint={t("Fixed from now on.")}
          label={t("Currency")}
          maxLength={3}
          name="currency"
          problem={problems.currency}
        />
        <Field
          defaultValue={timeZone}
          hint={t("In which hours of the week are counted.")}
          label={t("Time zone")}
          name="timeZone"
          problem={problems.timeZone}
        />
      </div>
    </>
  );
}

type Props = Readonly<{ currency: string; problems: Problems<PlanField> }>;

/** Another plan's price, times a factor, plus fees, and never below a floor. */
function MarkupFields({ currency, problems }: Props) {
  const { tenantSlug } = useScope();
  const plans = useQuery(useTRPC().plans.list.queryOptions({ tenantSlug }));
  const items = plans.data?.items ?? [];
  const bought = items.some((plan) => !plan.own);
  const bases = items.map(({ id, name, own }) => ({
    value: id,
    label: own ? name : t("{name} (what you pay)", { name }),
  }));
  const money = (name: "perMinuteFee" | "callFee" | "floorPerMinute", label: string) => (
    <Field
      inputMode="decimal"
      label={label}
      name={name}
      placeholder={t("None")}
      problem={problems[name]}
      unit={currency}
    />
  );
  return (
    <>
      <Select
        choices={[...(bought ? [{ value: "", label: t("Whatever you buy by") }] : []), ...bases]}
        label={t("Base")}
        name="basePlanId"
        problem={problems.basePlanId}
      />
      <div className="grid grid-cols-2 gap-4">
        <Field
          hint={t("1.25 adds a quarter.")}
          inputMode="decimal"
          label={t("factor|Times")}
          name="factor"
          placeholder="1.25"
          problem={problems.factor}
        />
        {money("perMinuteFee", t("Plus, a minute"))}
        {money("callFee", t("Plus, a call"))}
        {money("floorPerMinute", t("At least, a minute"))}
      </div>
    </>
  );
}
