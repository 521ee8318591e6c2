"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";

import { useTRPC } from "@/components/api/client";
import { problemsOf, refusalBeside } from "@/components/api/refusal";
import { Receiver } from "@/components/numbers/receiver";
import { useScope } from "@/components/shell/scope";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { FormEnd } from "@/components/ui/form-end";
import { toast } from "@/components/ui/toast-store";
import { checks, useFields } from "@/components/ui/use-fields";
import { msg, t } from "@/server/kernel/words";

/** The operator takes a number of its carrier's into service, and may hand it on at once. */
export function AddNumber({ onClose }: Readonly<{ onClose: () => void }>) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const form = useFields({
    did: checks.shape(/^\+?[\d ()./-]{6,30}$/, msg("Write the number in full, such as +49 30 1234567.")),
    toTenantSlug: checks.any,
  });
  const add = useMutation(
    trpc.numbers.add.mutationOptions({
      onSuccess: () => {
        void queries.invalidateQueries({ queryKey: trpc.numbers.pathKey() });
        toast(t("The number is in service."));
        onClose();
      },
      onError: (error) => form.setProblems(problemsOf(error)),
    }),
  );

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = form.read(event.currentTarget);
    if (!values) return;
    add.mutate({ tenantSlug, did: values.did, ...(values.toTenantSlug ? { toTenantSlug: values.toTenantSlug } : {}) });
  }

  return (
    <Dialog onClose={onClose} title={t("Add a number")}>
      <form className="grid gap-4" noValidate onSubmit={submit}>
        <Field
          data-first=""
          hint={t("As your carrier sends it, in full.")}
          inputMode="tel"
          label={t("Number")}
          name="did"
          placeholder="+49 30 1234567"
          problem={form.problems.did}
        />
        <Receiver placeholder={t("Nobody yet")} />
        <FormEnd
          busy={add.isPending && t("Adding…")}
          onCancel={onClose}
          refusal={refusalBeside(add.error, form.problems)}
          submit={t("Add number")}
        />
      </form>
    </Dialog>
  );
}
