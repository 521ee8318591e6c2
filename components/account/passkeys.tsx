"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

import { FactorLine } from "@/components/account/factor-line";
import { makePasskey, passkeyRefusal } from "@/components/account/passkey";
import { RecoveryCodes } from "@/components/account/recovery-codes";
import { When } from "@/components/account/when";
import { useTRPC } from "@/components/api/client";
import { refusalOf } from "@/components/api/refusal";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { FormEnd } from "@/components/ui/form-end";
import { toast } from "@/components/ui/toast-store";
import { checks, useFields } from "@/components/ui/use-fields";
import { rich } from "@/components/words/rich";
import { msg, t } from "@/server/kernel/words";

/** A finger, a face or a key instead of a password; it counts as a second factor too. */
export function Passkeys() {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { data } = useQuery(trpc.passkeys.list.queryOptions());
  const [adding, setAdding] = useState(false);
  const remove = useMutation(
    trpc.passkeys.remove.mutationOptions({
      onSuccess: () => toast(t("That passkey opens nothing any more.")),
      onError: (error) => toast(refusalOf(error).title, { tone: "bad" }),
      onSettled: () => queries.invalidateQueries(),
    }),
  );
  return (
    <>
      {data?.items.map(({ id, name, createdAt, lastUsedAt }) => (
        <FactorLine
          acts={
            <Button
              aria-label={t("Remove the passkey {name}", { name })}
              busy={remove.isPending && remove.variables?.passkey === id && t("Removing…")}
              look="warning"
              onClick={() => remove.mutate({ passkey: id })}
            >
              {t("Remove")}
            </Button>
          }
          key={id}
          title={t("Passkey: {name}", { name })}
        >
          {lastUsedAt
            ? rich("since {since}, last used {used}", {
                since: <When at={createdAt} />,
                used: <When at={lastUsedAt} />,
              })
            : rich("since {since}", { since: <When at={createdAt} /> })}
        </FactorLine>
      ))}
      <FactorLine acts={<Button onClick={() => setAdding(true)}>{t("Add a passkey…")}</Button>} title={t("Passkeys")}>
        {t("Sign in with a finger, a face or a key, without a password. Nobody can ask you for it by mail.")}
      </FactorLine>
      {adding && <AddPasskey onClose={() => setAdding(false)} />}
    </>
  );
}

const fields = { name: checks.filled(msg("A name is missing.")) };

function AddPasskey({ onClose }: Readonly<{ onClose: () => void }>) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { problems, read } = useFields(fields);
  const begin = useMutation(trpc.passkeys.begin.mutationOptions());
  const keep = useMutation(trpc.passkeys.add.mutationOptions());
  const add = useMutation({
    mutationFn: async (name: string) =>
      keep.mutateAsync({ name, answer: await makePasskey(await begin.mutateAsync()) }),
    onSuccess: ({ recoveryCodes }) => {
      void queries.invalidateQueries();
      toast(t("You can sign in with it from now on."));
      if (recoveryCodes.length === 0) onClose();
    },
  });

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = read(event.currentTarget);
    if (values) add.mutate(values.name);
  }

  if (add.data) {
    return (
      <Dialog holdOpen onClose={onClose} title={t("Your recovery codes")}>
        <RecoveryCodes codes={add.data.recoveryCodes} onDone={onClose} />
      </Dialog>
    );
  }
  return (
    <Dialog onClose={onClose} title={t("Add a passkey")}>
      <form className="grid gap-4" noValidate onSubmit={submit}>
        <Field
          data-first=""
          hint={t("What you will know it by, such as Laptop.")}
          label={t("Name")}
          maxLength={60}
          name="name"
          problem={problems.name}
        />
        <FormEnd
          busy={add.isPending && t("Waiting for your device…")}
          onCancel={onClose}
          refusal={add.error ? (passkeyRefusal(add.error) ?? refusalOf(add.error)) : undefined}
          submit={t("Make passkey")}
        />
      </form>
    </Dialog>
  );
}
