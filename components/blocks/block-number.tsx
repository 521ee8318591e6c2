"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";

import { useTRPC } from "@/components/api/client";
import { problemsOf, refusalBeside } from "@/components/api/refusal";
import { useScope } from "@/components/shell/scope";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { FormEnd } from "@/components/ui/form-end";
import { Select } from "@/components/ui/select";
import { toast } from "@/components/ui/toast-store";
import { checks, useFields } from "@/components/ui/use-fields";
import { msg, t } from "@/server/kernel/words";

/** Blocks one number, or all that begin so. @param digits what the form begins with; then it is that number alone. */
export function BlockNumber({ onClose, digits }: Readonly<{ onClose: () => void; digits?: string }>) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const form = useFields({
    digits: checks.shape(/^\+?[\d ()./-]{1,30}$/, msg("Write it with the country's code, such as +49 900.")),
    exact: checks.any,
    note: checks.any,
  });
  const block = useMutation(
    trpc.blocks.block.mutationOptions({
      onSuccess: ({ added }) => {
        void queries.invalidateQueries({ queryKey: trpc.blocks.pathKey() });
        toast(added ? t("Blocked from the next call.") : t("That was blocked already."));
        onClose();
      },
      onError: (error) => form.setProblems(problemsOf(error)),
    }),
  );

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = form.read(event.currentTarget);
    if (values) block.mutate({ tenantSlug, digits: values.digits, exact: values.exact === "exact", note: values.note });
  }

  return (
    <Dialog onClose={onClose} title={t("Block a number")}>
      <form className="grid gap-4" noValidate onSubmit={submit}>
        <Field
          data-first=""
          defaultValue={digits}
          hint={t("With the country's code; a few digits are enough for a range.")}
          inputMode="tel"
          label={t("Number")}
          name="digits"
          placeholder="+49 900"
          problem={form.problems.digits}
        />
        <Select
          choices={[
            { value: "", label: t("All numbers that begin so") },
            { value: "exact", label: t("This number alone") },
          ]}
          defaultValue={digits ? "exact" : ""}
          label={t("Blocks")}
          name="exact"
        />
        <Field label={t("Why")} maxLength={200} name="note" problem={form.problems.note} required={false} />
        <FormEnd
          busy={block.isPending && t("Blocking…")}
          onCancel={onClose}
          refusal={refusalBeside(block.error, form.problems)}
          submit={t("Add block")}
        />
      </form>
    </Dialog>
  );
}
