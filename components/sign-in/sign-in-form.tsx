"use client";

import { type FormEvent, useState } from "react";

import { type Refusal, refusalOf } from "@/components/api/refusal";
import { PasskeySignIn } from "@/components/sign-in/passkey-sign-in";
import { signInRefusal } from "@/components/sign-in/sign-in-refusal";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Notice } from "@/components/ui/notice";
import { t } from "@/server/kernel/words";

type Props = Readonly<{ onSignedIn: () => void; email?: string }>;
type Typed = Readonly<{ email: string; password: string }>;

/** E-mail and password, then the code of whoever has a second factor; pasting and password managers are welcome. */
export function SignInForm({ onSignedIn, email }: Props) {
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal>();
  /** What was right, kept in memory only until the second step is done. */
  const [first, setFirst] = useState<Typed>();

  /** @returns undefined when the person is in, or is asked for the second step. */
  async function attempt(shown: Readonly<Record<string, string>>, typed?: Typed): Promise<Refusal | undefined> {
    const { signIn } = await import("next-auth/react");
    const answer = await signIn("credentials", { redirect: false, ...shown });
    if (answer?.ok && !answer.error) onSignedIn();
    else if (answer?.error === "factor_needed" && typed) setFirst(typed);
    else return signInRefusal(answer?.error ?? "");
  }

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? "");
    const typed = first ?? { email: text("email"), password: text("password") };
    setBusy(true);
    setRefusal(undefined);
    try {
      setRefusal(await attempt({ ...typed, ...(first ? { code: text("code") } : {}) }, typed));
    } catch (error) {
      setRefusal(refusalOf(error));
    }
    setBusy(false);
  }

  return (
    <form className="grid gap-4" onSubmit={submit}>
      {first ? <Code email={first.email} onBack={() => setFirst(undefined)} /> : <FirstStep email={email} />}
      {refusal && (
        <Notice live title={refusal.title} tone="bad">
          {refusal.next}
        </Notice>
      )}
      <Button busy={busy && t("Signing in…")} look="primary" type="submit">
        {t("Sign in")}
      </Button>
      <PasskeySignIn onRefused={setRefusal} onShown={(passkey) => attempt({ passkey })} />
    </form>
  );
}

function FirstStep({ email }: Readonly<{ email: string | undefined }>) {
  return (
    <>
      <Field
        autoComplete="username"
        autoFocus
        data-first=""
        defaultValue={email}
        label={t("E-mail")}
        name="email"
        required
        type="email"
      />
      <Field autoComplete="current-password" label={t("Password")} name="password" required type="password" />
    </>
  );
}

function Code({ email, onBack }: Readonly<{ email: string; onBack: () => void }>) {
  return (
    <>
      <p className="text-ink-2">
        {email}{" "}
        <button className="underline" onClick={onBack} type="button">
          {t("Somebody else")}
        </button>
      </p>
      <Field
        autoComplete="one-time-code"
        autoFocus
        hint={t("Of your authenticator app, or a recovery code.")}
        label={t("Code")}
        name="code"
        required
      />
    </>
  );
}
