"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId } from "react";

import { useTRPC } from "@/components/api/client";
import { QueryView } from "@/components/api/query-view";
import { problemsOf, refusalBeside } from "@/components/api/refusal";
import { useSeen } from "@/components/api/use-seen";
import { useScope } from "@/components/shell/scope";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { FormEnd } from "@/components/ui/form-end";
import { toast } from "@/components/ui/toast-store";
import { checks, useFields } from "@/components/ui/use-fields";
import { t } from "@/server/kernel/words";

const fields = { address: checks.any, vatId: checks.any };

/** What stands beside the tenant's name on statements: as their buyer, and as the seller on those of tenants below. */
export function BillingDetails({ onClose }: Readonly<{ onClose: () => void }>) {
  const { tenantSlug, tenant } = useScope();
  const query = useQuery(useTRPC().statements.details.queryOptions({ tenantSlug }));
  return (
    <Dialog onClose={onClose} title={t("Billing details of {tenant}", { tenant: tenant.name })}>
      <QueryView query={query}>{(details) => <Form details={details} onClose={onClose} />}</QueryView>
    </Dialog>
  );
}

type Props = Readonly<{ details: { address: string; vatId: string }; onClose: () => void }>;

function Form({ details, onClose }: Props) {
  const { tenantSlug, tenant } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { problems, read, setProblems } = useFields(fields);
  const { seen, told } = useSeen(details);
  const save = useMutation(
    trpc.statements.setDetails.mutationOptions({
      onSuccess: async () => {
        await queries.invalidateQueries({ queryKey: trpc.statements.pathKey() });
        toast(t("Statements from now on say so."));
        onClose();
      },
      onError: (error) => {
        setProblems(problemsOf(error));
        told(error);
      },
    }),
  );

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = read(event.currentTarget);
    if (values) save.mutate({ tenantSlug, ...values, seen });
  }

  return (
    <form className="grid gap-4" noValidate onSubmit={submit}>
      <p className="text-ink-2">
        {tenant.kind === "operator"
          ? t("Stands beside your name on the statements of whom you sell to.")
          : tenant.kind === "reseller"
            ? t("Stands beside your name on your statements and on those of your customers.")
            : t("Stands beside your name on your statements.")}
      </p>
      <Address defaultValue={details.address} problem={problems.address} />
      <Field
        defaultValue={details.vatId}
        hint={t("Statements that were issued keep what they say.")}
        label={t("VAT ID")}
        maxLength={40}
        name="vatId"
        problem={problems.vatId}
        required={false}
      />
      <FormEnd
        busy={save.isPending && t("Saving…")}
        onCancel={onClose}
        refusal={refusalBeside(save.error, fields)}
        submit={t("Save details")}
      />
    </form>
  );
}

function Address({ defaultValue, problem }: Readonly<{ defaultValue: string; problem: string | undefined }>) {
  const id = useId();
  return (
    <div className="grid content-start gap-1">
      <label className="font-medium" htmlFor={id}>
        {t("Address")} <span className="font-normal text-ink-3">{t("(optional)")}</span>
      </label>
      <textarea
        aria-describedby={problem ? `${id}-problem` : undefined}
        aria-invalid={problem ? true : undefined}
        className="control min-h-24 py-1.5"
        data-first=""
        defaultValue={defaultValue}
        id={id}
        maxLength={500}
        name="address"
        rows={4}
      />
      {problem && (
        <p className="text-xs text-bad" id={`${id}-problem`}>
          {problem}
        </p>
      )}
    </div>
  );
}
