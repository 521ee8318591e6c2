"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

import { useTRPC } from "@/components/api/client";
import { problemsOf, refusalOf } from "@/components/api/refusal";
import { plainAmount } from "@/components/billing/amount-input";
import { ConnectPanel } from "@/components/extensions/connect-panel";
import { extensionChecks } from "@/components/extensions/extension-checks";
import { ExtensionFields } from "@/components/extensions/extension-fields";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { ErrorState } from "@/components/ui/error-state";
import { Field } from "@/components/ui/field";
import { Skeleton } from "@/components/ui/skeleton";
import { useFields } from "@/components/ui/use-fields";

/** Asks only for a name; the rest is filled in. Then the same window becomes the place where the phone is connected. */
export function NewExtension({ onClose }: Readonly<{ onClose: () => void }>) {
  const { tenantSlug, currency } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const next = useQuery(trpc.extensions.nextNumber.queryOptions({ tenantSlug }, { staleTime: 0 }));
  const { problems, read, setProblems } = useFields(extensionChecks);
  const [name, setName] = useState("");
  const create = useMutation(
    trpc.extensions.create.mutationOptions({
      onSuccess: () => queries.invalidateQueries({ queryKey: trpc.extensions.pathKey() }),
      onError: (error) =>
        setProblems({
          ...(refusalOf(error).code === "number_taken" ? { number: refusalOf(error).title } : {}),
          ...problemsOf(error),
        }),
    }),
  );

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = read(event.currentTarget);
    if (!values) return;
    setName(values.displayName);
    create.mutate({
      tenantSlug,
      number: values.number,
      displayName: values.displayName,
      ...(values.callerId ? { callerId: values.callerId } : {}),
      ...(values.maxCalls ? { maxCalls: Number(values.maxCalls) } : {}),
      ...(values.dailyCap ? { dailyCap: plainAmount(values.dailyCap) } : {}),
    });
  }

  if (create.data) {
    return (
      <Dialog holdOpen onClose={onClose} size="middle" title={`Connect a phone to ${name}`}>
        <ConnectPanel displayName={name} phone={create.data} />
        <div className="flex justify-end pt-4">
          <Button look="primary" onClick={onClose}>
            Done
          </Button>
        </div>
      </Dialog>
    );
  }

  const refusal = create.error ? refusalOf(create.error) : undefined;
  return (
    <Dialog onClose={onClose} title="New extension">
      {next.isPending ? (
        <Skeleton rows={4} />
      ) : (
        <form className="grid gap-4" noValidate onSubmit={submit}>
          <Field
            data-first=""
            hint="Who answers: a person or a place."
            label="Name"
            maxLength={64}
            name="displayName"
            problem={problems.displayName}
          />
          <Field
            defaultValue={next.data?.number ?? ""}
            hint="The next free one."
            inputMode="numeric"
            label="Number"
            name="number"
            problem={problems.number}
          />
          <ExtensionFields currency={currency} problems={problems} />
          {refusal && refusal.code !== "number_taken" && <ErrorState {...refusal} />}
          <div className="flex justify-end gap-2">
            <Button onClick={onClose}>Cancel</Button>
            <Button busy={create.isPending && "Creating…"} look="primary" type="submit">
              Create extension
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}
