"use client";

import { useMutation } from "@tanstack/react-query";
import type { FormEvent } from "react";

import { useTRPC } from "@/components/api/client";
import { problemsOf, refusalBeside } from "@/components/api/refusal";
import { extensionChecks } from "@/components/extensions/extension-checks";
import { type Answer, ManyProblems } from "@/components/extensions/many-problems";
import { useScope } from "@/components/shell/scope";
import { Field } from "@/components/ui/field";
import { FormEnd } from "@/components/ui/form-end";
import { useFields } from "@/components/ui/use-fields";
import { t } from "@/server/kernel/words";

const rangeChecks = {
  firstNumber: extensionChecks.number,
  lastNumber: extensionChecks.number,
  namePattern: extensionChecks.displayName,
} as const;

type Props = Readonly<{ onMade: (answer: Answer) => void; onCancel: () => void }>;

/** A range of numbers with names after a pattern. Numbers that are in use are said before anything is made. */
export function RangeForm({ onMade, onCancel }: Props) {
  const { tenantSlug } = useScope();
  const { problems, read, setProblems } = useFields(rangeChecks);
  const create = useMutation(
    useTRPC().bulk.createRange.mutationOptions({
      onSuccess: (answer) => {
        if (answer.made > 0 || answer.job) onMade(answer);
      },
      onError: (error) => setProblems(problemsOf(error)),
    }),
  );
  const partly = Boolean(create.data && create.data.good > 0);

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = read(event.currentTarget);
    if (values) create.mutate({ tenantSlug, ...values, partly });
  }

  return (
    <form className="grid gap-4" noValidate onChange={() => create.reset()} onSubmit={submit}>
      <div className="grid grid-cols-2 gap-4">
        <Field
          data-first=""
          inputMode="numeric"
          label={t("First number")}
          name="firstNumber"
          placeholder="101"
          problem={problems.firstNumber}
        />
        <Field
          inputMode="numeric"
          label={t("Last number")}
          name="lastNumber"
          placeholder="150"
          problem={problems.lastNumber}
        />
      </div>
      <Field
        defaultValue={`${t("Room")} {number}`}
        hint={t("{pattern} becomes the number of each.", { pattern: "{number}" })}
        label={t("Name")}
        maxLength={80}
        name="namePattern"
        problem={problems.namePattern}
      />
      {create.data && <ManyProblems answer={create.data} />}
      <FormEnd
        busy={create.isPending && t("Creating…")}
        onCancel={onCancel}
        refusal={refusalBeside(create.error, rangeChecks)}
        submit={partly ? t("Create the other {count}", { count: create.data?.good ?? 0 }) : t("Create extensions")}
      />
    </form>
  );
}
