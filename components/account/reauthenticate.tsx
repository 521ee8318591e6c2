"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";

import { passkeyRefusal, showPasskey } from "@/components/account/passkey";
import { useTRPC } from "@/components/api/client";
import { reauthState } from "@/components/api/reauth-state";
import { problemsOf, refusalBeside, refusalOf } from "@/components/api/refusal";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { ErrorState } from "@/components/ui/error-state";
import { Field } from "@/components/ui/field";
import { FormEnd } from "@/components/ui/form-end";
import { Skeleton } from "@/components/ui/skeleton";
import { checks, useFields } from "@/components/ui/use-fields";
import { msg, say, t } from "@/server/kernel/words";

/** Asks once more who sits here, over the page and its form, which then go on where they were. */
export function Reauthenticate() {
  const { data } = useQuery(useTRPC().security.get.queryOptions());
  return (
    <Dialog onClose={reauthState.refused} title={t("Is it still you?")}>
      <div className="grid gap-4">
        <p className="text-ink-2">{t("This cannot be taken back, so it asks. What you typed stays.")}</p>
        {data ? <Ask by={data.hasFactor ? "code" : "password"} /> : <Skeleton rows={2} />}
        {data && data.passkeys > 0 && <ByPasskey />}
      </div>
    </Dialog>
  );
}

function ByPasskey() {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const send = useMutation(trpc.security.reauthenticate.mutationOptions());
  const show = useMutation({
    mutationFn: async () => {
      const options = await queries.fetchQuery(trpc.passkeys.askAgain.queryOptions(undefined, { staleTime: 0 }));
      return send.mutateAsync({ passkey: await showPasskey(options) });
    },
    onSuccess: reauthState.shown,
  });
  return (
    <>
      {show.error && <ErrorState {...(passkeyRefusal(show.error) ?? refusalOf(show.error))} />}
      <Button busy={show.isPending && t("Waiting for your device…")} onClick={() => show.mutate()}>
        {t("Use a passkey")}
      </Button>
    </>
  );
}

const words = {
  code: {
    label: msg("Code"),
    hint: msg("Of your authenticator app, or a recovery code."),
    missing: msg("The code is missing."),
    type: "text",
    auto: "one-time-code",
  },
  password: {
    label: msg("Password"),
    hint: undefined,
    missing: msg("Your password is missing."),
    type: "password",
    auto: "current-password",
  },
} as const;

function Ask({ by }: Readonly<{ by: "code" | "password" }>) {
  const { label, hint, missing, type, auto } = words[by];
  const { problems, read, setProblems } = useFields({ shown: checks.filled(missing) });
  const show = useMutation(
    useTRPC().security.reauthenticate.mutationOptions({
      onSuccess: reauthState.shown,
      onError: (error) => setProblems({ shown: problemsOf(error)[by] }),
    }),
  );

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = read(event.currentTarget);
    if (values) show.mutate(by === "code" ? { code: values.shown } : { password: values.shown });
  }

  return (
    <form className="grid gap-4" noValidate onSubmit={submit}>
      <Field
        autoComplete={auto}
        data-first=""
        hint={hint && say(hint)}
        label={say(label)}
        name="shown"
        problem={problems.shown}
        type={type}
      />
      <FormEnd
        busy={show.isPending && t("Looking…")}
        onCancel={reauthState.refused}
        refusal={refusalBeside(show.error, { code: true, password: true })}
        submit={t("Go on")}
      />
    </form>
  );
}
