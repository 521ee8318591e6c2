"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";

import { useTRPC } from "@/components/api/client";
import { problemsOf, refusalBeside } from "@/components/api/refusal";
import { passwordCheck } from "@/components/sign-in/password-check";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { FormEnd } from "@/components/ui/form-end";
import { toast } from "@/components/ui/toast-store";
import { checks, useFields } from "@/components/ui/use-fields";
import { msg, t } from "@/server/kernel/words";

const fields = { current: checks.filled(msg("Your present password is missing.")), password: passwordCheck };

export function ChangePassword({ email, onClose }: Readonly<{ email: string; onClose: () => void }>) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { problems, read, setProblems } = useFields(fields);
  const change = useMutation(
    trpc.passwords.change.mutationOptions({
      onSuccess: () => {
        void queries.invalidateQueries({ queryKey: trpc.sessions.pathKey() });
        toast(t("Your password is changed; other sessions have ended."));
        onClose();
      },
      onError: (error) => setProblems(problemsOf(error)),
    }),
  );

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = read(event.currentTarget);
    if (values) change.mutate(values);
  }

  return (
    <Dialog onClose={onClose} title={t("Change password")}>
      <form className="grid gap-4" noValidate onSubmit={submit}>
        <input autoComplete="username" defaultValue={email} hidden name="email" readOnly />
        <Field
          autoComplete="current-password"
          data-first=""
          label={t("Present password")}
          name="current"
          problem={problems.current}
          type="password"
        />
        <Field
          autoComplete="new-password"
          hint={t("At least 15 characters; several words in a row are fine. No other rules.")}
          label={t("New password")}
          name="password"
          problem={problems.password}
          type="password"
        />
        <FormEnd
          busy={change.isPending && t("Changing…")}
          onCancel={onClose}
          refusal={refusalBeside(change.error, fields)}
          submit={t("Change password")}
        />
      </form>
    </Dialog>
  );
}
