"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

import { useTRPC } from "@/components/api/client";
import { refusalOf } from "@/components/api/refusal";
import { useScope } from "@/components/shell/scope";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { FormEnd } from "@/components/ui/form-end";
import { Select } from "@/components/ui/select";
import { toast } from "@/components/ui/toast-store";
import { checks, useFields } from "@/components/ui/use-fields";

const acts = [
  { value: "count", label: "Count what is known, and change nothing" },
  { value: "erase", label: "Erase it for good" },
] as const;

function useErasure(onClose: () => void) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const options = {
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: trpc.subjects.pathKey() });
      void queries.invalidateQueries({ queryKey: trpc.tasks.pathKey() });
      toast("Asked. You may leave; what was found stands below.");
      onClose();
    },
  };
  return {
    count: useMutation(trpc.subjects.count.mutationOptions(options)),
    erase: useMutation(trpc.subjects.erase.mutationOptions(options)),
  };
}

/** Asks whom it is about. Counting is the first choice; erasing asks who you are once more. */
export function EraseDialog({ onClose }: Readonly<{ onClose: () => void }>) {
  const { tenantSlug } = useScope();
  const [act, setAct] = useState<(typeof acts)[number]["value"]>("count");
  const { problems, read } = useFields({
    about: checks.shape(
      /^(\+[\d ()./-]{6,30}|\S+@\S+)$/,
      "A number in full, such as +4930123456, or an e-mail address.",
    ),
    reason: checks.filled("A reason"),
  });
  const { count, erase } = useErasure(onClose);
  const asked = act === "count" ? count : erase;
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = read(event.currentTarget);
    if (values) asked.mutate({ tenantSlug, ...values });
  }
  return (
    <Dialog onClose={onClose} title="Erase somebody">
      <form className="grid gap-4" noValidate onSubmit={submit}>
        <Field
          data-first=""
          hint="A number in full, or the e-mail address of a person."
          label="Whom"
          maxLength={254}
          name="about"
          problem={problems.about}
        />
        <Field
          hint="Who asked, and when: it stands in the trail."
          label="Why"
          maxLength={500}
          name="reason"
          problem={problems.reason}
        />
        <Select
          choices={acts}
          label="Do"
          name="act"
          onChange={(event) => setAct(event.target.value === "erase" ? "erase" : "count")}
          value={act}
        />
        <p className="max-w-prose text-xs text-ink-3">
          {act === "count"
            ? "Every table is looked through; it may take minutes."
            : "It cannot be taken back. Numbers in records of money become tokens, amounts stay; the trail keeps its proof; statements that were issued keep their words."}
        </p>
        <FormEnd
          busy={asked.isPending && "Asking…"}
          onCancel={onClose}
          refusal={asked.error ? refusalOf(asked.error) : undefined}
          submit={act === "count" ? "Count" : "Erase for good"}
        />
      </form>
    </Dialog>
  );
}
