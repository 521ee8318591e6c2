"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";

import { useTRPC } from "@/components/api/client";
import type { Outputs, TenantRow } from "@/components/api/outputs";
import { QueryView } from "@/components/api/query-view";
import { problemsOf, refusalBeside } from "@/components/api/refusal";
import { useSeen } from "@/components/api/use-seen";
import { plainAmount, readAmount } from "@/components/billing/amount-input";
import { Money } from "@/components/billing/money";
import { moneyText } from "@/components/billing/money-text";
import { fieldText } from "@/components/limits/limit-words";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { ErrorState } from "@/components/ui/error-state";
import { Facts } from "@/components/ui/facts";
import { Field } from "@/components/ui/field";
import { Section } from "@/components/ui/section";
import { toast } from "@/components/ui/toast-store";
import { type Check, checks, useFields } from "@/components/ui/use-fields";
import { parsePercent } from "@/server/domain/billing/tax.schema";
import { decimalOf } from "@/server/kernel/money";
import { t } from "@/server/kernel/words";

type Terms = Outputs["terms"]["get"];
type Props = Readonly<{ row: TenantRow; terms: Terms }>;

/** A tenant's money, the credit it has from above, and the tax on what it buys. */
export function TenantTerms({ row }: Readonly<{ row: TenantRow }>) {
  const { tenantSlug } = useScope();
  const query = useQuery(useTRPC().terms.get.queryOptions({ tenantSlug, ofTenantSlug: row.slug }));
  return (
    <QueryView query={query}>
      {(terms) => (
        <>
          <Facts
            facts={[
              { label: t("Available"), value: <Money currency={row.currency} micros={row.availableMicros} /> },
              { label: t("Own money"), value: <Money currency={row.currency} micros={terms.moneyMicros} /> },
              { label: t("Credit in use"), value: <Money currency={row.currency} micros={terms.creditUsedMicros} /> },
              {
                label: t("Credit given on"),
                value: <Money currency={row.currency} micros={terms.creditGivenMicros} />,
              },
            ].slice(0, row.kind === "customer" ? 3 : 4)}
          />
          <CreditLimit row={row} terms={terms} />
          <Tax row={row} terms={terms} />
        </>
      )}
    </QueryView>
  );
}

function CreditLimit({ row, terms }: Props) {
  const { tenantSlug, can } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const form = useFields({
    limit: (text) => (readAmount(text) === undefined ? t("Write an amount such as 100.") : undefined),
  });
  const { seen, told, saved } = useSeen({ creditLimit: decimalOf(terms.creditLimitMicros) });
  const save = useMutation(
    trpc.terms.setCreditLimit.mutationOptions({
      onError: told,
      onSuccess: ({ creditLimitMicros }) => {
        saved({ creditLimit: decimalOf(creditLimitMicros) });
        void queries.invalidateQueries();
        toast(t("Credit limit of {name} changed.", { name: row.name }));
      },
    }),
  );
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = form.read(event.currentTarget);
    if (values) save.mutate({ tenantSlug, ofTenantSlug: row.slug, limit: plainAmount(values.limit), seen });
  }
  const most = terms.creditAtMostMicros;
  const refusal = refusalBeside(save.error, { limit: "" });
  return (
    <Section title={t("Credit limit")}>
      <form className="grid gap-2" noValidate onSubmit={submit}>
        <Field
          defaultValue={fieldText(terms.creditLimitMicros)}
          disabled={!can("billing.write")}
          hint={
            most === null
              ? t("How far the wallet may go below nothing. Credit is not money: a transfer never moves it.")
              : t("At most {most}: what the tenant above it has left of its own limit.", {
                  most: moneyText(most, row.currency),
                })
          }
          inputMode="decimal"
          label={t("May go below nothing by")}
          name="limit"
          problem={form.problems.limit ?? problemsOf(save.error)["limit"]}
          unit={row.currency}
        />
        {refusal && <ErrorState {...refusal} />}
        {can("billing.write") && (
          <div>
            <Button busy={save.isPending && t("Saving…")} type="submit">
              {t("Save credit limit")}
            </Button>
          </div>
        )}
      </form>
    </Section>
  );
}

const taxFields: Record<"percent" | "name", Check> = {
  percent: (text) =>
    parsePercent(text.replace(",", ".")) === undefined ? t("Write a percentage such as 19 or 7.7.") : undefined,
  name: checks.any,
};

function Tax({ row, terms }: Props) {
  const { tenantSlug, can } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const form = useFields(taxFields);
  const { seen, told, saved } = useSeen({ percent: terms.taxPercent, name: terms.taxName });
  const save = useMutation(
    trpc.terms.setTax.mutationOptions({
      onError: told,
      onSuccess: ({ percent, name }) => {
        saved({ percent, name });
        void queries.invalidateQueries({ queryKey: trpc.terms.pathKey() });
        toast(t("Tax of {name} changed. It counts from the next call.", { name: row.name }));
      },
    }),
  );
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = form.read(event.currentTarget);
    if (!values) return;
    const percent = values.percent.replace(",", ".");
    save.mutate({ tenantSlug, ofTenantSlug: row.slug, percent, name: values.name, seen });
  }
  const problems = { ...problemsOf(save.error), ...form.problems };
  const refusal = refusalBeside(save.error, { percent: "", name: "" });
  return (
    <Section title={t("Tax on its charges")}>
      <form className="grid gap-2" noValidate onSubmit={submit}>
        <div className="grid grid-cols-2 gap-4">
          <Field
            defaultValue={terms.taxPercent}
            disabled={!can("billing.write")}
            inputMode="decimal"
            label={t("Percent")}
            name="percent"
            problem={problems["percent"]}
            unit="%"
          />
          <Field
            defaultValue={terms.taxName}
            disabled={!can("billing.write")}
            label={t("tax|Called")}
            maxLength={40}
            name="name"
            placeholder={t("VAT")}
            problem={problems["name"]}
          />
        </div>
        {refusal && <ErrorState {...refusal} />}
        {can("billing.write") && (
          <div>
            <Button busy={save.isPending && t("Saving…")} type="submit">
              {t("Save tax")}
            </Button>
          </div>
        )}
      </form>
    </Section>
  );
}
