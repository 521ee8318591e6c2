"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

import { useTRPC } from "@/components/api/client";
import type { PaymentRow } from "@/components/api/outputs";
import { problemsOf, refusalBeside } from "@/components/api/refusal";
import { amountProblem, plainAmount, readAmount } from "@/components/billing/amount-input";
import { moneyText } from "@/components/billing/money-text";
import { useScope } from "@/components/shell/scope";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { FormEnd } from "@/components/ui/form-end";
import { toast } from "@/components/ui/toast-store";
import { checks, useFields } from "@/components/ui/use-fields";
import { decimalOf } from "@/server/kernel/money";
import { t } from "@/server/kernel/words";

/** Gives a payment back to its card, or a part of it: out of the balance at once, so that it cannot be spent meanwhile. */
export function RefundPayment({ payment, onClose }: Readonly<{ payment: PaymentRow; onClose: () => void }>) {
  const { tenantSlug, tenant } = useScope();
  const queries = useQueryClient();
  const { currency, leftMicros } = payment;
  // Made when the form opens: a second press refunds nothing more.
  const [postingKey] = useState(() => `portal:${crypto.randomUUID()}`);
  const [amount, setAmount] = useState(decimalOf(leftMicros).replace(/(\.\d\d)0+$/, "$1"));
  const { problems, read } = useFields({ amount: amountProblem, note: checks.any });
  const refund = useMutation(
    useTRPC().payments.refund.mutationOptions({
      onSuccess: () => {
        void queries.invalidateQueries();
        toast(t("The refund is on its way to the card."));
        onClose();
      },
    }),
  );
  const micros = readAmount(amount) ?? 0n;

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = read(event.currentTarget);
    if (!values) return;
    const note = values.note ? { note: values.note } : {};
    refund.mutate({ tenantSlug, paymentId: payment.id, postingKey, amount: plainAmount(values.amount), ...note });
  }

  return (
    <Dialog onClose={onClose} title={t("Refund a payment")}>
      <form className="grid gap-4" noValidate onSubmit={submit}>
        <p className="text-ink-2">
          {t(
            "The money leaves the balance of {tenant} now and goes back to the card that paid. What was spent cannot be refunded.",
            { tenant: tenant.name },
          )}
        </p>
        <Field
          data-first=""
          hint={t("At most {sum} of this payment.", { sum: moneyText(leftMicros, currency) })}
          inputMode="decimal"
          label={t("Amount")}
          name="amount"
          onChange={(event) => setAmount(event.target.value)}
          problem={problems.amount ?? problemsOf(refund.error)["amount"]}
          unit={currency}
          value={amount}
        />
        <Field label={t("Note")} maxLength={140} name="note" required={false} />
        <FormEnd
          busy={refund.isPending && t("Refunding…")}
          onCancel={onClose}
          refusal={refusalBeside(refund.error, { amount })}
          submit={micros > 0n ? t("Refund {sum}", { sum: moneyText(micros, currency) }) : t("Refund")}
        />
      </form>
    </Dialog>
  );
}
