"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useEffect } from "react";

import { RecoveryCodes } from "@/components/account/recovery-codes";
import { useTRPC } from "@/components/api/client";
import { problemsOf, refusalBeside, refusalOf } from "@/components/api/refusal";
import { QrConnect } from "@/components/extensions/qr-connect";
import { CopyLine } from "@/components/ui/copy-line";
import { Dialog } from "@/components/ui/dialog";
import { ErrorState } from "@/components/ui/error-state";
import { Field } from "@/components/ui/field";
import { FormEnd } from "@/components/ui/form-end";
import { Skeleton } from "@/components/ui/skeleton";
import { toast } from "@/components/ui/toast-store";
import { checks, useFields } from "@/components/ui/use-fields";
import { msg, t } from "@/server/kernel/words";

const fields = { code: checks.shape(/^\d{6}$/, msg("Six digits, as the app shows them.")) };

/** Scan, prove with one code, keep the recovery codes. The app counts from the proof on. */
export function SetUpApp({ onClose }: Readonly<{ onClose: () => void }>) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { problems, read, setProblems } = useFields(fields);
  const { mutate: begin, data: secret, error } = useMutation(trpc.security.beginTotp.mutationOptions());
  const confirm = useMutation(
    trpc.security.confirmTotp.mutationOptions({
      onSuccess: ({ recoveryCodes }) => {
        void queries.invalidateQueries();
        toast(t("Signing in asks for a code from now on."));
        if (recoveryCodes.length === 0) onClose();
      },
      onError: (error) => setProblems(problemsOf(error)),
    }),
  );
  useEffect(() => begin(), [begin]);

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = read(event.currentTarget);
    if (values) confirm.mutate(values);
  }

  if (confirm.data) {
    return (
      <Dialog holdOpen onClose={onClose} title={t("Your recovery codes")}>
        <RecoveryCodes codes={confirm.data.recoveryCodes} onDone={onClose} />
      </Dialog>
    );
  }
  return (
    <Dialog onClose={onClose} title={t("Set up an authenticator app")}>
      {error && <ErrorState {...refusalOf(error)} />}
      {!error && !secret && <Skeleton rows={6} />}
      {secret && (
        <form className="grid gap-4" noValidate onSubmit={submit}>
          <Secret {...secret} />
          <Field
            autoComplete="one-time-code"
            data-first=""
            inputMode="numeric"
            label={t("Code")}
            maxLength={6}
            name="code"
            problem={problems.code}
          />
          <FormEnd
            busy={confirm.isPending && t("Checking…")}
            onCancel={onClose}
            refusal={refusalBeside(confirm.error, fields)}
            submit={t("Turn on")}
          />
        </form>
      )}
    </Dialog>
  );
}

function Secret({ uri, secretOnce }: Readonly<{ uri: string; secretOnce: string }>) {
  return (
    <>
      <p className="text-ink-2">{t("Scan this with the app, then type the code that it shows.")}</p>
      <div className="justify-self-center">
        <QrConnect label={t("QR code for the authenticator app")} text={uri} />
      </div>
      <CopyLine label={t("Or type this secret")} text={secretOnce} />
    </>
  );
}
