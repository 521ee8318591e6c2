"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";

import { useTRPC } from "@/components/api/client";
import { problemsOf, refusalOf } from "@/components/api/refusal";
import { plainAmount } from "@/components/billing/amount-input";
import type { PlanRow } from "@/components/plans/plans-view";
import { RateFields, rateChecks } from "@/components/plans/rate-fields";
import { useScope } from "@/components/shell/scope";
import { Dialog } from "@/components/ui/dialog";
import { FormEnd } from "@/components/ui/form-end";
import { toast } from "@/components/ui/toast-store";
import { useFields } from "@/components/ui/use-fields";

/** One price for one prefix, from now on. The longest prefix that matches a number wins. */
export function SetRate({ plan, onClose }: Readonly<{ plan: PlanRow; onClose: () => void }>) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { problems, read, setProblems } = useFields(rateChecks);
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
        <RateFields currency={plan.currency} problems={problems} />
        <FormEnd
          busy={save.isPending && "Saving…"}
          onCancel={onClose}
          refusal={save.error ? refusalOf(save.error) : undefined}
          submit="Set price"
        />
      </form>
    </Dialog>
  );
}
