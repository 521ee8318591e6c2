"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

import { useTRPC } from "@/components/api/client";
import type { NewSecret } from "@/components/api/outputs";
import { problemsOf, refusalBeside } from "@/components/api/refusal";
import { plainAmount } from "@/components/billing/amount-input";
import { ConnectPanel } from "@/components/extensions/connect-panel";
import { extensionChecks } from "@/components/extensions/extension-checks";
import { ExtensionFields } from "@/components/extensions/extension-fields";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { FormEnd } from "@/components/ui/form-end";
import { Skeleton } from "@/components/ui/skeleton";
import { type Problems, useFields } from "@/components/ui/use-fields";
import { t } from "@/server/kernel/words";

/** Asks only for a name; the rest is filled in. Then the same window becomes the place where the phone is connected. */
export function NewExtension({ onClose }: Readonly<{ onClose: () => void }>) {
  const trpc = useTRPC();
  const { tenantSlug } = useScope();
  const next = useQuery(trpc.extensions.nextNumber.queryOptions({ tenantSlug }, { staleTime: 0 }));
  const [made, setMade] = useState<Made>();
  if (made) {
    return (
      <Dialog
        holdOpen
        onClose={onClose}
        size="middle"
        title={t("Connect a phone to {name}", { name: made.displayName })}
      >
        <ConnectPanel {...made} />
        <div className="flex justify-end pt-4">
          <Button look="primary" onClick={onClose}>
            {t("Done")}
          </Button>
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog onClose={onClose} title={t("New extension")}>
      {next.isPending ? (
        <Skeleton rows={4} />
      ) : (
        <NewExtensionForm nextNumber={next.data?.number ?? ""} onCancel={onClose} onMade={setMade} />
      )}
    </Dialog>
  );
}

type Made = Readonly<{ phone: NewSecret; displayName: string }>;
type FormProps = Readonly<{ nextNumber: string; onMade: (made: Made) => void; onCancel: () => void }>;

function NewExtensionForm({ nextNumber, onMade, onCancel }: FormProps) {
  const { tenantSlug, currency } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { problems, read, setProblems } = useFields(extensionChecks);
  const create = useMutation(
    trpc.extensions.create.mutationOptions({
      onSuccess: (phone, { displayName }) => {
        void queries.invalidateQueries({ queryKey: trpc.extensions.pathKey() });
        onMade({ phone, displayName });
      },
      onError: (error) => setProblems(problemsOf(error)),
    }),
  );

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = read(event.currentTarget);
    if (!values) return;
    create.mutate({
      tenantSlug,
      number: values.number,
      displayName: values.displayName,
      ...(values.callerId ? { callerId: values.callerId } : {}),
      ...(values.maxCalls ? { maxCalls: Number(values.maxCalls) } : {}),
      ...(values.dailyCap ? { dailyCap: plainAmount(values.dailyCap) } : {}),
    });
  }

  const refusal = refusalBeside(create.error, extensionChecks);
  return (
    <form className="grid gap-4" noValidate onSubmit={submit}>
      <NameAndNumber nextNumber={nextNumber} problems={problems} />
      <ExtensionFields currency={currency} problems={problems} />
      <FormEnd
        busy={create.isPending && t("Creating…")}
        onCancel={onCancel}
        refusal={refusal}
        submit={t("Create extension")}
      />
    </form>
  );
}

type NameProps = Readonly<{ nextNumber: string; problems: Problems<keyof typeof extensionChecks> }>;

function NameAndNumber({ nextNumber, problems }: NameProps) {
  return (
    <>
      <Field
        data-first=""
        hint={t("Who answers: a person or a place.")}
        label={t("Name")}
        maxLength={80}
        name="displayName"
        problem={problems.displayName}
      />
      <Field
        defaultValue={nextNumber}
        hint={t("The next free one.")}
        inputMode="numeric"
        label={t("Number")}
        name="number"
        problem={problems.number}
      />
    </>
  );
}
