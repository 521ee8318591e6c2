"use client";

import { type FormEvent, useState } from "react";

import { type Refusal, refusalOf } from "@/components/api/refusal";
import { signInRefusal } from "@/components/sign-in/sign-in-refusal";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Notice } from "@/components/ui/notice";

type Props = Readonly<{ onSignedIn: () => void; email?: string }>;

/** E-mail and password; pasting and password managers are welcome. */
export function SignInForm({ onSignedIn, email }: Props) {
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal>();

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setRefusal(undefined);
    try {
      const { signIn } = await import("next-auth/react");
      const answer = await signIn("credentials", {
        redirect: false,
        email: form.get("email"),
        password: form.get("password"),
      });
      if (answer?.ok && !answer.error) return onSignedIn();
      setRefusal(signInRefusal(answer?.error ?? ""));
    } catch (error) {
      setRefusal(refusalOf(error));
    }
    setBusy(false);
  }

  return (
    <form className="grid gap-4" onSubmit={submit}>
      <Field
        autoComplete="username"
        autoFocus
        data-first=""
        defaultValue={email}
        label="E-mail"
        name="email"
        required
        type="email"
      />
      <Field autoComplete="current-password" label="Password" name="password" required type="password" />
      {refusal && (
        <Notice live title={refusal.title} tone="bad">
          {refusal.next}
        </Notice>
      )}
      <Button busy={busy && "Signing in…"} look="primary" type="submit">
        Sign in
      </Button>
    </form>
  );
}
