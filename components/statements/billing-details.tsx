"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useId } from "react";

import { useTRPC } from "@/components/api/client";
import { QueryView } from "@/components/api/query-view";
import { useForm } from "@/components/api/use-form";
import { useSeen } from "@/components/api/use-seen";
import { useScope } from "@/components/shell/scope";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { FormEnd } from "@/components/ui/form-end";
import { toast } from "@/components/ui/toast-store";
import { checks } from "@/components/ui/use-fields";
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
  const { seen, told } = useSeen(details);
  const { problems, busy, refusal, onSubmit } = useForm({
    checks: fields,
    change: trpc.statements.setDetails.mutationOptions(),
    input: (values) => ({ tenantSlug, ...values, seen }),
    onDone: async () => {
      await queries.invalidateQueries({ queryKey: trpc.statements.pathKey() });
      toast(t("Statements from now on say so."));
      onClose();
    },
    onRefused: told,
  });

  return (
    <form className="grid gap-4" noValidate onSubmit={onSubmit}>
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
      <FormEnd busy={busy && t("Saving…")} onCancel={onClose} refusal={refusal} submit={t("Save details")} />
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
