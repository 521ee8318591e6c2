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

const fields = { current: checks.filled("Your present password"), password: passwordCheck };

export function ChangePassword({ email, onClose }: Readonly<{ email: string; onClose: () => void }>) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { problems, read, setProblems } = useFields(fields);
  const change = useMutation(
    trpc.passwords.change.mutationOptions({
      onSuccess: () => {
        void queries.invalidateQueries({ queryKey: trpc.sessions.pathKey() });
        toast("Your password is changed; other sessions have ended.");
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
    <Dialog onClose={onClose} title="Change password">
      <form className="grid gap-4" noValidate onSubmit={submit}>
        <input autoComplete="username" defaultValue={email} hidden name="email" readOnly />
        <Field
          autoComplete="current-password"
          data-first=""
          label="Present password"
          name="current"
          problem={problems.current}
          type="password"
        />
        <Field
          autoComplete="new-password"
          hint="At least 15 characters; several words in a row are fine. No other rules."
          label="New password"
          name="password"
          problem={problems.password}
          type="password"
        />
        <FormEnd
          busy={change.isPending && "Changing…"}
          onCancel={onClose}
          refusal={refusalBeside(change.error, fields)}
          submit="Change password"
        />
      </form>
    </Dialog>
  );
}
