"use client";

import { useMutation } from "@tanstack/react-query";
import Link from "next/link";
import { type FormEvent, useEffect } from "react";

import { useTRPC } from "@/components/api/client";
import { problemsOf, refusalBeside, refusalOf } from "@/components/api/refusal";
import { useLinkToken } from "@/components/sign-in/link-token";
import { passwordCheck } from "@/components/sign-in/password-check";
import { Button } from "@/components/ui/button";
import { buttonClass } from "@/components/ui/button-class";
import { ErrorState } from "@/components/ui/error-state";
import { Field } from "@/components/ui/field";
import { Skeleton } from "@/components/ui/skeleton";
import { useFields } from "@/components/ui/use-fields";
import { t } from "@/server/kernel/words";

const fields = { password: passwordCheck };

/** Sets a new password by the link of a mail. */
export function ResetPassword() {
  const token = useLinkToken();
  const trpc = useTRPC();
  const { problems, read, setProblems } = useFields(fields);
  const { mutate: open, data: whose, error } = useMutation(trpc.passwords.openReset.mutationOptions());
  const reset = useMutation(
    trpc.passwords.reset.mutationOptions({ onError: (error) => setProblems(problemsOf(error)) }),
  );
  useEffect(() => open({ token }), [open, token]);
  const refusal = refusalBeside(reset.error, fields);

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = read(event.currentTarget);
    if (values) reset.mutate({ token, password: values.password });
  }

  if (error) return <ErrorState {...refusalOf(error)} />;
  if (!whose) return <Skeleton className="w-full" rows={3} />;
  if (reset.data) {
    return (
      <>
        <p className="text-md text-ink-2">
          {t("Your password is set, and whoever was signed in with the old one is not any more.")}
        </p>
        <Link className={buttonClass("primary")} href="/sign-in">
          {t("Sign in")}
        </Link>
      </>
    );
  }
  return (
    <form className="grid w-full gap-4" data-wide="" noValidate onSubmit={submit}>
      <Field
        autoComplete="username"
        defaultValue={whose.email}
        label={t("E-mail")}
        name="email"
        readOnly
        type="email"
      />
      <Field
        autoComplete="new-password"
        hint={t("At least 15 characters; several words in a row are fine. No other rules.")}
        label={t("New password")}
        name="password"
        problem={problems.password}
        type="password"
      />
      {refusal && <ErrorState {...refusal} />}
      <Button busy={reset.isPending && t("Setting…")} look="primary" type="submit">
        {t("Set password")}
      </Button>
    </form>
  );
}
