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

/** Blocks one number, or all that begin so. */
export function BlockNumber({ onClose }: Readonly<{ onClose: () => void }>) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const form = useFields({
    digits: checks.shape(/^\+?[\d ()./-]{1,30}$/, "Write it with the country's code, such as +49 900."),
    exact: checks.any,
    note: checks.any,
  });
  const block = useMutation(
    trpc.blocks.block.mutationOptions({
      onSuccess: ({ added }) => {
        void queries.invalidateQueries({ queryKey: trpc.blocks.pathKey() });
        toast(added ? "Blocked from the next call." : "That was blocked already.");
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
    <Dialog onClose={onClose} title="Block a number">
      <form className="grid gap-4" noValidate onSubmit={submit}>
        <Field
          data-first=""
          hint="With the country's code; a few digits are enough for a range."
          inputMode="tel"
          label="Number"
          name="digits"
          placeholder="+49 900"
          problem={form.problems.digits}
        />
        <Select
          choices={[
            { value: "", label: "All numbers that begin so" },
            { value: "exact", label: "This number alone" },
          ]}
          label="Blocks"
          name="exact"
        />
        <Field label="Why" maxLength={200} name="note" problem={form.problems.note} required={false} />
        <FormEnd
          busy={block.isPending && "Blocking…"}
          onCancel={onClose}
          refusal={refusalBeside(block.error, form.problems)}
          submit="Add block"
        />
      </form>
    </Dialog>
  );
}
