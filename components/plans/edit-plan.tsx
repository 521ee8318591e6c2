"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";

import { useTRPC } from "@/components/api/client";
import { problemsOf, refusalBeside } from "@/components/api/refusal";
import { plainAmount } from "@/components/billing/amount-input";
import type { PlanRow } from "@/components/plans/plan-row";
import { useScope } from "@/components/shell/scope";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { FormEnd } from "@/components/ui/form-end";
import { toast } from "@/components/ui/toast-store";
import { checks, type Problems, useFields } from "@/components/ui/use-fields";
import { decimalOf } from "@/server/kernel/money";
import { t } from "@/server/kernel/words";

const fields = {
  name: checks.any,
  sliceSeconds: checks.any,
  marginFloor: checks.any,
  factor: checks.any,
  perMinuteFee: checks.any,
  callFee: checks.any,
  floorPerMinute: checks.any,
} as const;
type Props = Readonly<{ plan: PlanRow; problems: Problems<keyof typeof fields> }>;

/** An amount without the noughts that nobody types. */
const typed = (micros: bigint): string => decimalOf(micros).replace(/\.?0+$/, "");

/** What a plan says besides its prices. Whoever changed it meanwhile is not written over. */
export function EditPlan({ plan, onClose }: Readonly<{ plan: PlanRow; onClose: () => void }>) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { problems, read, setProblems } = useFields(fields);
  const edit = useMutation(
    trpc.plans.edit.mutationOptions({
      onSuccess: () => {
        void queries.invalidateQueries({ queryKey: trpc.plans.pathKey() });
        toast(t("Plan changed. Calls in progress keep what they began with."));
        onClose();
      },
      onError: (error) => setProblems(problemsOf(error)),
    }),
  );

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = read(event.currentTarget);
    if (!values) return;
    const { name, marginFloor, sliceSeconds, ...figures } = values;
    const markup = Object.fromEntries(Object.entries(figures).map(([key, text]) => [key, plainAmount(text || "0")]));
    edit.mutate({
      ...{ tenantSlug, planId: plan.id, seen: plan.state, name, sliceSeconds, marginFloor: marginFloor || "0" },
      ...(plan.markup ? markup : {}),
    });
  }

  return (
    <Dialog onClose={onClose} title={t("Change the plan")}>
      <form className="grid gap-4" noValidate onSubmit={submit}>
        <PlanFields plan={plan} problems={problems} />
        {plan.markup && <MarkupFields plan={plan} problems={problems} />}
        <FormEnd
          busy={edit.isPending && t("Changing…")}
          onCancel={onClose}
          refusal={refusalBeside(edit.error, fields)}
          submit={t("Change plan")}
        />
      </form>
    </Dialog>
  );
}

function PlanFields({ plan, problems }: Props) {
  return (
    <>
      <Field
        data-first=""
        defaultValue={plan.name}
        label={t("Name")}
        maxLength={100}
        name="name"
        problem={problems.name}
      />
      <div className="grid grid-cols-2 gap-4">
        <Field
          defaultValue={String(plan.sliceSeconds)}
          hint={t("What a call holds money for at a time.")}
          inputMode="numeric"
          label={t("Seconds per hold")}
          name="sliceSeconds"
          problem={problems.sliceSeconds}
        />
        <Field
          defaultValue={typed(BigInt(plan.marginFloorPpm) * 100n)}
          hint={t("What decks are to leave of a price.")}
          inputMode="decimal"
          label={t("Margin wanted")}
          name="marginFloor"
          problem={problems.marginFloor}
          unit="%"
        />
      </div>
    </>
  );
}

function MarkupFields({ plan, problems }: Props) {
  const { markup, currency } = plan;
  if (!markup) return null;
  const money = (name: "perMinuteFee" | "callFee" | "floorPerMinute", label: string) => (
    <Field
      defaultValue={typed(markup[name])}
      inputMode="decimal"
      label={label}
      name={name}
      problem={problems[name]}
      unit={currency}
    />
  );
  return (
    <div className="grid grid-cols-2 gap-4">
      <Field
        defaultValue={typed(BigInt(markup.factorPpm))}
        hint={t("1.25 adds a quarter.")}
        inputMode="decimal"
        label={t("Times")}
        name="factor"
        problem={problems.factor}
      />
      {money("perMinuteFee", t("Plus, a minute"))}
      {money("callFee", t("Plus, a call"))}
      {money("floorPerMinute", t("At least, a minute"))}
    </div>
  );
}
