"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

import { useTRPC } from "@/components/api/client";
import { problemsOf, refusalBeside } from "@/components/api/refusal";
import { amountProblem, plainAmount } from "@/components/billing/amount-input";
import { Money } from "@/components/billing/money";
import { requestWord } from "@/components/payments/payment-words";
import { Moment } from "@/components/shell/moment";
import { useScope } from "@/components/shell/scope";
import { Field } from "@/components/ui/field";
import { FormEnd } from "@/components/ui/form-end";
import { toast } from "@/components/ui/toast-store";
import { checks, useFields } from "@/components/ui/use-fields";
import { t } from "@/server/kernel/words";

/** Says that money was paid outside, and asks whoever sells here to post it. */
export function AskByBank({ onClose }: Readonly<{ onClose: () => void }>) {
  const { tenantSlug, tenant, currency } = useScope();
  const queries = useQueryClient();
  const seller = tenant.parentName ?? t("your provider");
  // Made when the form opens: a second press asks for nothing more.
  const [postingKey] = useState(() => crypto.randomUUID());
  const { problems, read } = useFields({ amount: amountProblem, memo: checks.any });
  const ask = useMutation(
    useTRPC().approvals.ask.mutationOptions({
      onSuccess: () => {
        void queries.invalidateQueries();
        toast(t("{seller} was asked. It is added when they agree.", { seller }));
        onClose();
      },
    }),
  );

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = read(event.currentTarget);
    if (!values) return;
    const memo = values.memo ? { memo: values.memo } : {};
    ask.mutate({ tenantSlug, postingKey, amount: plainAmount(values.amount), ...memo });
  }

  return (
    <form className="grid gap-4" noValidate onSubmit={submit}>
      <p className="text-ink-2">
        {t("Pay {seller} as you agreed with them, then tell them here. They post it when it is there.", { seller })}
      </p>
      <Field
        data-first=""
        inputMode="decimal"
        label={t("Amount paid")}
        name="amount"
        placeholder="0.00"
        problem={problems.amount ?? problemsOf(ask.error)["amount"]}
        unit={currency}
      />
      <Field
        hint={t("What stands on the transfer.")}
        label={t("Reference")}
        maxLength={140}
        name="memo"
        required={false}
      />
      <Asked />
      <FormEnd
        busy={ask.isPending && t("Asking…")}
        onCancel={onClose}
        refusal={refusalBeside(ask.error, { amount: 1 })}
        submit={t("Ask for credit")}
      />
    </form>
  );
}

/** What was asked for before, so that nobody asks twice. */
function Asked() {
  const { tenantSlug } = useScope();
  const { data } = useQuery(useTRPC().approvals.asked.queryOptions({ tenantSlug }));
  if (!data || data.items.length === 0) return null;
  return (
    <ul aria-label={t("Asked for before")} className="grid">
      {data.items.map((row) => (
        <li className="flex min-h-8 items-center gap-3 border-b" key={row.id}>
          <Money className="font-medium" currency={row.currency} micros={row.amountMicros} />
          <span className="min-w-0 flex-1 truncate text-ink-2">
            <Moment at={row.at} /> {row.memo}
          </span>
          <span className="text-ink-2">{requestWord(row.state)}</span>
        </li>
      ))}
    </ul>
  );
}
