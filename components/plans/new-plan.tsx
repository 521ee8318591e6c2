"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";

import { useTRPC } from "@/components/api/client";
import { problemsOf, refusalBeside } from "@/components/api/refusal";
import { useScope } from "@/components/shell/scope";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { FormEnd } from "@/components/ui/form-end";
import { toast } from "@/components/ui/toast-store";
import { checks, useFields } from "@/components/ui/use-fields";

const fields = {
  name: checks.filled("The name"),
  currency: checks.shape(/^[A-Za-z]{3}$/, "Write the three letters of a currency, such as EUR."),
};

export function NewPlan({ onClose }: Readonly<{ onClose: () => void }>) {
  const { tenantSlug, currency } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { problems, read, setProblems } = useFields(fields);
  const create = useMutation(
    trpc.plans.create.mutationOptions({
      onSuccess: () => {
        void queries.invalidateQueries({ queryKey: trpc.plans.pathKey() });
        toast("Plan made. Open it to set its prices.");
        onClose();
      },
      onError: (error) => setProblems(problemsOf(error)),
    }),
  );

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = read(event.currentTarget);
    if (values) create.mutate({ tenantSlug, name: values.name, currency: values.currency.toUpperCase() });
  }

  return (
    <Dialog onClose={onClose} title="New plan">
      <form className="grid gap-4" noValidate onSubmit={submit}>
        <Field data-first="" label="Name" maxLength={64} name="name" problem={problems.name} />
        <Field
          className="uppercase"
          defaultValue={currency}
          hint="Fixed from now on: prices and wallets on this plan are in it."
          label="Currency"
          maxLength={3}
          name="currency"
          problem={problems.currency}
        />
        <FormEnd
          busy={create.isPending && "Making the plan…"}
          onCancel={onClose}
          refusal={refusalBeside(create.error, fields)}
          submit="Make plan"
        />
      </form>
    </Dialog>
  );
}
