"use client";

import { useMutation } from "@tanstack/react-query";
import Link from "next/link";
import type { FormEvent } from "react";

import { useTRPC } from "@/components/api/client";
import { problemsOf, refusalBeside } from "@/components/api/refusal";
import { Button } from "@/components/ui/button";
import { ErrorState } from "@/components/ui/error-state";
import { Field } from "@/components/ui/field";
import { Notice } from "@/components/ui/notice";
import { checks, useFields } from "@/components/ui/use-fields";

const fields = { email: checks.shape(/^[^\s@]+@[^\s@]+$/, "Write your e-mail address.") };

/** Asks for a link by mail. What it says next is the same for every address. */
export function AskReset() {
  const { problems, read, setProblems } = useFields(fields);
  const ask = useMutation(
    useTRPC().passwords.askReset.mutationOptions({ onError: (error) => setProblems(problemsOf(error)) }),
  );
  const refusal = refusalBeside(ask.error, fields);

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = read(event.currentTarget);
    if (values) ask.mutate(values);
  }

  if (ask.data?.mailGoesOut) {
    return (
      <Notice live title="Look into your mail." tone="ok">
        If {ask.variables.email} has an account, a link is on its way. It works once, for half an hour.
      </Notice>
    );
  }
  if (ask.data) {
    return (
      <Notice live title="This portal sends no mail." tone="warn">
        Whoever runs it can make a link for you.
      </Notice>
    );
  }
  return (
    <form className="grid w-full gap-4" data-wide="" noValidate onSubmit={submit}>
      <Field autoComplete="username" autoFocus label="E-mail" name="email" problem={problems.email} type="email" />
      {refusal && <ErrorState {...refusal} />}
      <Button busy={ask.isPending && "Asking…"} look="primary" type="submit">
        Mail me a link
      </Button>
      <p className="text-ink-3">
        <Link className="underline" href="/sign-in">
          Back to the sign-in
        </Link>
      </p>
    </form>
  );
}
