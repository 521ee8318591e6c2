"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

import { useTRPC } from "@/components/api/client";
import { problemsOf, refusalOf } from "@/components/api/refusal";
import { MoreRateFields } from "@/components/plans/more-rate-fields";
import type { PlanRow } from "@/components/plans/plan-row";
import { RateFields } from "@/components/plans/rate-fields";
import { type RateValues, rateFields, readRate } from "@/components/plans/read-rate";
import { useScope } from "@/components/shell/scope";
import { Dialog } from "@/components/ui/dialog";
import { FormEnd } from "@/components/ui/form-end";
import { Notice } from "@/components/ui/notice";
import { toast } from "@/components/ui/toast-store";
import { useFields } from "@/components/ui/use-fields";
import { t } from "@/server/kernel/words";

/** One price for one prefix, from now on unless said otherwise. The longest prefix that matches a number wins. */
export function SetRate({ plan, onClose }: Readonly<{ plan: PlanRow; onClose: () => void }>) {
  const { timeZone } = useScope();
  const { problems, read, setProblems } = useFields(rateFields);
  const { warnings, save, saving, error } = useSaveRate(plan, onClose);
  // What only the server knows, such as an overlap, has its place at a field as well.
  const told = { ...problemsOf(error), ...problems };

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = read(event.currentTarget);
    if (!values) return;
    const wrong = save(values);
    setProblems(wrong);
  }

  return (
    <Dialog onClose={onClose} title={t("A price in {plan}", { plan: plan.name })}>
      <form className="grid gap-4" noValidate onSubmit={submit}>
        <RateFields currency={plan.currency} problems={told} />
        <MoreRateFields currency={plan.currency} planZone={plan.timeZone} problems={told} zone={timeZone} />
        {warnings.length > 0 && (
          <Notice live title={warnings.join(" ")} tone="warn">
            {t("If you mean it, press the button again.")}
          </Notice>
        )}
        <FormEnd
          busy={saving && t("Saving…")}
          onCancel={onClose}
          refusal={error ? refusalOf(error) : undefined}
          submit={warnings.length > 0 ? t("Set it all the same") : t("Set price")}
        />
      </form>
    </Dialog>
  );
}

/** Saves at once, or after a second press where there is something to be warned of. */
function useSaveRate(plan: PlanRow, onSaved: () => void) {
  const { tenantSlug, timeZone } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [warned, setWarned] = useState<Readonly<{ of: string; warnings: readonly string[] }>>();
  const saving = useMutation(
    trpc.plans.setRate.mutationOptions({
      onSuccess: (_, { prefix, from }) => {
        void queries.invalidateQueries({ queryKey: trpc.plans.pathKey() });
        toast(
          from
            ? t("The price of {prefix} is planned.", { prefix })
            : t("The price of {prefix} counts from the next call.", { prefix }),
        );
        onSaved();
      },
    }),
  );
  /** @returns what is wrong with which field; empty when it is being saved, or somebody is warned. */
  function save(values: RateValues) {
    const { rate, warnings, problems } = readRate(values, timeZone);
    if (!rate) return problems;
    const of = JSON.stringify(rate);
    if (warnings.length > 0 && warned?.of !== of) setWarned({ of, warnings });
    else saving.mutate({ tenantSlug, planId: plan.id, ...rate });
    return {};
  }
  return { save, warnings: warned?.warnings ?? [], saving: saving.isPending, error: saving.error };
}
