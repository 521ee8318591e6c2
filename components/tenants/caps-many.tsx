"use client";

import { useMutation } from "@tanstack/react-query";
import type { FormEvent } from "react";

import { useTRPC } from "@/components/api/client";
import type { TenantRow } from "@/components/api/outputs";
import { amountProblem, plainAmount } from "@/components/billing/amount-input";
import { useScope } from "@/components/shell/scope";
import { ManyEnd } from "@/components/tenants/many-end";
import { useEach } from "@/components/tenants/use-each";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { checks, type Problems, useFields } from "@/components/ui/use-fields";
import { msg, t } from "@/server/kernel/words";

type Props = Readonly<{ rows: readonly TenantRow[]; onClose: () => void; onDone: () => void }>;

const amount = checks.optional((value) => (/^0+([.,]0*)?$/.test(value) ? undefined : amountProblem(value)));
const fields = {
  dailyCap: amount,
  monthlyCap: amount,
  maxCalls: checks.optional((value) => (/^\d{1,4}$/.test(value) ? undefined : t("A whole number up to 9999."))),
} as const;

function effectText(count: number, currencies: readonly string[]): string {
  const effect = t(
    "{count, plural, one {# tenant may choose tighter ones, and cannot lift these.} other {# tenants may choose tighter ones, and cannot lift these.}} They count from the next call.",
    { count },
  );
  if (currencies.length < 2) return effect;
  return `${effect} ${t("Amounts are in the currency of each: {currencies}.", { currencies: currencies.join(", ") })}`;
}

type FieldsProps = Readonly<{ problems: Problems<keyof typeof fields>; unit: Readonly<{ unit?: string }> }>;

function CapFields({ problems, unit }: FieldsProps) {
  return (
    <>
      <Field
        data-first=""
        inputMode="decimal"
        label={t("Cap per day")}
        name="dailyCap"
        problem={problems.dailyCap}
        required={false}
        {...unit}
      />
      <Field
        inputMode="decimal"
        label={t("Cap per month")}
        name="monthlyCap"
        problem={problems.monthlyCap}
        required={false}
        {...unit}
      />
      <Field
        inputMode="numeric"
        label={t("Calls at once")}
        name="maxCalls"
        problem={problems.maxCalls}
        required={false}
      />
    </>
  );
}

/** Caps for the chosen tenants. What is left empty stays as it is with each. */
export function CapsMany({ rows, onClose, onDone }: Props) {
  const { tenantSlug } = useScope();
  const { problems, read, setProblems } = useFields(fields);
  const set = useMutation(useTRPC().limits.setBelow.mutationOptions());
  const each = useEach(rows, onDone);
  const currencies = [...new Set(rows.map(({ currency }) => currency))];
  const unit = currencies.length === 1 ? { unit: currencies[0] ?? "" } : {};
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = read(event.currentTarget);
    if (!values) return;
    const caps = {
      ...(values.dailyCap ? { dailyCap: plainAmount(values.dailyCap) } : {}),
      ...(values.monthlyCap ? { monthlyCap: plainAmount(values.monthlyCap) } : {}),
      ...(values.maxCalls ? { maxCalls: Number(values.maxCalls) } : {}),
    };
    if (Object.keys(caps).length === 0) return setProblems({ dailyCap: t("Fill in at least one.") });
    void each.run((row) => set.mutateAsync({ tenantSlug, ofTenantSlug: row.slug, ...caps }));
  }
  return (
    <Dialog holdOpen={each.running} onClose={each.over ? onDone : onClose} title={t("Set caps")}>
      <form className="grid gap-4" noValidate onSubmit={submit}>
        <CapFields problems={problems} unit={unit} />
        {!each.over && <p className="text-ink-2">{effectText(rows.length, currencies)}</p>}
        <ManyEnd
          {...each}
          count={rows.length}
          doing={msg("Setting {done} of {count}…")}
          onClose={onClose}
          onDone={onDone}
          submit={t("Set caps")}
        />
      </form>
    </Dialog>
  );
}
