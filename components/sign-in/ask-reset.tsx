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
import { msg, t } from "@/server/kernel/words";

const fields = { email: checks.shape(/^[^\s@]+@[^\s@]+$/, msg("Write your e-mail address.")) };

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
      <Notice live title={t("Look into your mail.")} tone="ok">
        {t("If {email} has an account, a link is on its way. It works once, for half an hour.", {
          email: ask.variables.email,
        })}
      </Notice>
    );
  }
  if (ask.data) {
    return (
      <Notice live title={t("This portal sends no mail.")} tone="warn">
        {t("Whoever runs it can make a link for you.")}
      </Notice>
    );
  }
  return (
    <form className="grid w-full gap-4" data-wide="" noValidate onSubmit={submit}>
      <Field autoComplete="username" autoFocus label={t("E-mail")} name="email" problem={problems.email} type="email" />
      {refusal && <ErrorState {...refusal} />}
      <Button busy={ask.isPending && t("Asking…")} look="primary" type="submit">
        {t("Mail me a link")}
      </Button>
      <p className="text-ink-3">
        <Link className="underline" href="/sign-in">
          {t("Back to the sign-in")}
        </Link>
      </p>
    </form>
  );
}
