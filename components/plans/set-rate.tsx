"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";

import { useTRPC } from "@/components/api/client";
import { problemsOf, refusalOf } from "@/components/api/refusal";
import { amountProblem, plainAmount } from "@/components/billing/amount-input";
import type { PlanRow } from "@/components/plans/plans-view";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { ErrorState } from "@/components/ui/error-state";
import { Field } from "@/components/ui/field";
import { toast } from "@/components/ui/toast-store";
import { checks, useFields } from "@/components/ui/use-fields";

const seconds = checks.shape(/^[1-9]\d{0,3}$/, "Write whole seconds, at least 1.");

const fields = {
  prefix: checks.shape(/^\+?[\d ]{1,18}$/, "Write digits only, such as 4420."),
  perMinute: checks.shape(/^\d{1,9}([.,]\d{1,6})?$/, "Write a price such as 0.0125."),
  connectionFee: checks.optional(amountProblem),
  first: seconds,
  next: seconds,
  grace: checks.shape(/^\d{1,3}$/, "Write whole seconds, or 0."),
} as const;

/** One price for one prefix, from now on. The longest prefix that matches a number wins. */
export function SetRate({ plan, onClose }: Readonly<{ plan: PlanRow; onClose: () => void }>) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { problems, read, setProblems } = useFields(fields);
  const save = useMutation(
    trpc.plans.setRate.mutationOptions({
      onSuccess: (_, { prefix }) => {
        void queries.invalidateQueries({ queryKey: trpc.plans.pathKey() });
        toast(`The price of ${prefix} counts from the next call.`);
        onClose();
      },
      onError: (error) => {
        const { firstSeconds: first, nextSeconds: next, graceSeconds: grace, ...rest } = problemsOf(error);
        setProblems({ ...rest, ...(first ? { first } : {}), ...(next ? { next } : {}), ...(grace ? { grace } : {}) });
      },
    }),
  );

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = read(event.currentTarget);
    if (!values) return;
    save.mutate({
      tenantSlug,
      planId: plan.id,
      prefix: values.prefix.replaceAll(/\D/g, ""),
      perMinute: plainAmount(values.perMinute),
      ...(values.connectionFee ? { connectionFee: plainAmount(values.connectionFee) } : {}),
      firstSeconds: Number(values.first),
      nextSeconds: Number(values.next),
      graceSeconds: Number(values.grace),
    });
  }

  return (
    <Dialog onClose={onClose} title={`A price in ${plan.name}`}>
      <form className="grid gap-4" noValidate onSubmit={submit}>
        <Field
          data-first=""
          hint="Digits of the number after the plus. The longest match wins."
          inputMode="numeric"
          label="Prefix"
          name="prefix"
          problem={problems.prefix}
        />
        <div className="grid grid-cols-2 gap-4">
          <Field
            inputMode="decimal"
            label="Per minute"
            name="perMinute"
            placeholder="0.0125"
            problem={problems.perMinute}
            unit={plan.currency}
          />
          <Field
            inputMode="decimal"
            label="Connection fee"
            name="connectionFee"
            placeholder="None"
            problem={problems.connectionFee}
            unit={plan.currency}
          />
        </div>
        <div className="grid grid-cols-3 gap-4">
          <Field
            defaultValue="60"
            hint="Billed at least"
            inputMode="numeric"
            label="First"
            name="first"
            problem={problems.first}
            unit="s"
          />
          <Field
            defaultValue="60"
            hint="Then in steps of"
            inputMode="numeric"
            label="Next"
            name="next"
            problem={problems.next}
            unit="s"
          />
          <Field
            defaultValue="0"
            hint="Shorter is free"
            inputMode="numeric"
            label="Grace"
            name="grace"
            problem={problems.grace}
            unit="s"
          />
        </div>
        {save.error && <ErrorState {...refusalOf(save.error)} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button busy={save.isPending && "Saving…"} look="primary" type="submit">
            Set price
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
