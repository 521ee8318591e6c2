"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";

import { useTRPC } from "@/components/api/client";
import type { AutoTopUpSettings, Payments } from "@/components/api/outputs";
import { problemsOf, refusalBeside } from "@/components/api/refusal";
import { useSeen } from "@/components/api/use-seen";
import { amountProblem, plainAmount, readAmount } from "@/components/billing/amount-input";
import { amountField } from "@/components/payments/amount-field";
import { cardAmountProblem, cardText } from "@/components/payments/payment-words";
import { useScope } from "@/components/shell/scope";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { FormEnd } from "@/components/ui/form-end";
import { Select } from "@/components/ui/select";
import { toast } from "@/components/ui/toast-store";
import { checks, useFields } from "@/components/ui/use-fields";
import { decimalOf } from "@/server/kernel/money";
import { msg, t } from "@/server/kernel/words";

type Props = Readonly<{ settings: AutoTopUpSettings | null; cards: Payments["cards"]; onClose: () => void }>;

/** When the saved card is charged, how much at once, and the most in a month. */
export function AutoTopUpForm({ settings, cards, onClose }: Props) {
  const { tenantSlug } = useScope();
  const queries = useQueryClient();
  const form = useFields({
    threshold: amountProblem,
    amount: (text) => cardAmountProblem(readAmount(text)),
    monthly: amountProblem,
    cardId: checks.filled(msg("The card is missing.")),
  });
  const { seen, told } = useSeen({
    ...(settings && {
      card: settings.cardId,
      threshold: decimalOf(settings.thresholdMicros),
      amount: decimalOf(settings.amountMicros),
      monthly: decimalOf(settings.monthlyMicros),
    }),
  });
  const set = useMutation(
    useTRPC().autoTopUp.set.mutationOptions({
      onError: told,
      onSuccess: () => {
        void queries.invalidateQueries();
        toast(t("Automatic top-up is on."));
        onClose();
      },
    }),
  );
  const refused = problemsOf(set.error);
  const problems = { ...refused, cardId: refused["cardId"] ?? refused["card"], ...form.problems };

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = form.read(event.currentTarget);
    if (!values) return;
    const [threshold, amount, monthly] = [values.threshold, values.amount, values.monthly].map(plainAmount);
    set.mutate({
      tenantSlug,
      cardId: values.cardId,
      threshold: threshold ?? "",
      amount: amount ?? "",
      monthly: monthly ?? "",
      seen,
    });
  }

  return (
    <Dialog onClose={onClose} title={t("Automatic top-up")}>
      <form className="grid gap-4" noValidate onSubmit={submit}>
        <SettingsFields cards={cards} problems={problems} settings={settings} />
        <p className="text-ink-3">{t("After three failed charges it pauses, and the owners get a mail.")}</p>
        <FormEnd
          busy={set.isPending && t("Saving…")}
          onCancel={onClose}
          refusal={refusalBeside(set.error, { threshold: 1, amount: 1, monthly: 1, cardId: 1, card: 1 })}
          submit={t("Turn on")}
        />
      </form>
    </Dialog>
  );
}

type FieldsProps = Omit<Props, "onClose"> & Readonly<{ problems: Partial<Record<string, string | undefined>> }>;

function SettingsFields({ settings, cards, problems }: FieldsProps) {
  const { currency } = useScope();
  const money = { inputMode: "decimal", unit: currency } as const;
  return (
    <>
      <Field
        data-first=""
        defaultValue={amountField(settings?.thresholdMicros, "10")}
        hint={t("Held money of live calls is not available.")}
        label={t("When less is available than")}
        name="threshold"
        problem={problems["threshold"]}
        {...money}
      />
      <Field
        defaultValue={amountField(settings?.amountMicros, "25")}
        hint={t("Whole cents, from 1.00.")}
        label={t("top up|Charge")}
        name="amount"
        problem={problems["amount"]}
        {...money}
      />
      <Field
        defaultValue={amountField(settings?.monthlyMicros, "200")}
        hint={t("By itself nothing is ever charged beyond this.")}
        label={t("At most in a month")}
        name="monthly"
        problem={problems["monthly"]}
        {...money}
      />
      <Select
        choices={cards.map((card) => ({ value: card.id, label: cardText(card) }))}
        defaultValue={settings?.cardId ?? cards[0]?.id}
        label={t("Card")}
        name="cardId"
        problem={problems["cardId"]}
      />
    </>
  );
}
