"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useRef, useState } from "react";

import { useTRPC } from "@/components/api/client";
import type { Payments } from "@/components/api/outputs";
import { problemsOf, refusalBeside } from "@/components/api/refusal";
import { plainAmount, readAmount } from "@/components/billing/amount-input";
import { moneyText } from "@/components/billing/money-text";
import { cardAmountProblem, cardText, expiryText, PRESETS } from "@/components/payments/payment-words";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { ErrorState } from "@/components/ui/error-state";
import { Field } from "@/components/ui/field";
import { Notice } from "@/components/ui/notice";
import { Select } from "@/components/ui/select";
import { toast } from "@/components/ui/toast-store";
import { useFields } from "@/components/ui/use-fields";
import { t } from "@/server/kernel/words";

const ANOTHER = "another";

type Props = Readonly<{
  payments: Payments;
  onClose: () => void;
  /** The amount to begin with. */
  first?: string | undefined;
}>;

/** Chooses an amount and a card. A saved one is charged at once; another is asked for at the provider's page, and counts when the provider says so. */
export function PayByCard({ payments, onClose, first = "25" }: Props) {
  const { currency } = useScope();
  const [amount, setAmount] = useState(first);
  const [card, setCard] = useState(payments.cards[0]?.id ?? ANOTHER);
  const [saveCard, setSaveCard] = useState(false);
  const form = useFields({ amount: (text) => cardAmountProblem(readAmount(text)) });
  const { pay, error, refused, busy } = usePayment(onClose);
  const problems = { ...problemsOf(error), ...form.problems };
  const refusal = refusalBeside(error, { amount });

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = form.read(event.currentTarget);
    if (values) pay({ amount: plainAmount(values.amount), saveCard, ...(card === ANOTHER ? {} : { cardId: card }) });
  }

  const micros = readAmount(amount);
  return (
    <form className="grid gap-4" noValidate onSubmit={submit}>
      {payments.provider === "test" && (
        <Notice title={t("Payments are in test here.")} tone="warn">
          {t("No card is charged. The credit is real in this portal.")}
        </Notice>
      )}
      <Presets amount={amount} onChoose={setAmount} />
      <Field
        data-first=""
        inputMode="decimal"
        label={t("Amount")}
        name="amount"
        onChange={(event) => setAmount(event.target.value)}
        problem={problems["amount"]}
        unit={currency}
        value={amount}
      />
      {payments.cards.length > 0 && <Cards card={card} cards={payments.cards} onChoose={setCard} />}
      {card === ANOTHER && <SaveCard onChange={setSaveCard} saveCard={saveCard} />}
      {refusal && <ErrorState {...refusal} />}
      {refused !== undefined && (
        <Notice
          action={
            <Button onClick={() => pay({ amount: plainAmount(amount), saveCard: false })}>
              {t("Pay at the provider’s page")}
            </Button>
          }
          title={t("The card was not charged.")}
          tone="bad"
        >
          {refused} {t("Choose another card, or pay at the provider’s page: there your bank can ask you.")}
        </Notice>
      )}
      <div className="flex justify-end">
        <Button busy={busy} look="primary" type="submit">
          {micros && micros > 0n ? t("Pay {amount}", { amount: moneyText(micros, currency) }) : t("Pay")}
        </Button>
      </div>
    </form>
  );
}

type Order = Readonly<{ amount: string; saveCard: boolean; cardId?: string }>;

/** One order at a time. Pressed again while nobody knows how it ended, it is the same order; after an answer it is a new one. */
function usePayment(onDone: () => void) {
  const { tenantSlug, currency } = useScope();
  const queries = useQueryClient();
  const { payments } = useTRPC();
  const order = useRef({ for: "", paymentId: "" });
  const start = useMutation(payments.start.mutationOptions({ onSuccess: ({ url }) => window.location.assign(url) }));
  const byCard = useMutation(
    payments.byCard.mutationOptions({
      onSuccess: ({ state }, { amount }) => {
        order.current = { for: "", paymentId: "" };
        void queries.invalidateQueries();
        if (state === "failed") return;
        const sum = moneyText(readAmount(amount) ?? 0n, currency);
        toast(
          state === "paid"
            ? t("{sum} are paid and added to your balance.", { sum })
            : t("{sum} are on their way.", { sum }),
        );
        onDone();
      },
    }),
  );

  function pay({ cardId, amount, saveCard }: Order) {
    start.reset();
    byCard.reset();
    if (!cardId) return start.mutate({ tenantSlug, amount, saveCard });
    const same = `${cardId} ${amount}`;
    if (order.current.for !== same) order.current = { for: same, paymentId: crypto.randomUUID() };
    byCard.mutate({ tenantSlug, amount, cardId, paymentId: order.current.paymentId });
  }

  return {
    pay,
    error: start.error ?? byCard.error,
    refused: byCard.data?.state === "failed" ? byCard.data.why : undefined,
    busy: ((start.isPending || start.isSuccess) && t("Opening…")) || (byCard.isPending && t("Paying…")),
  };
}

type CardsProps = Readonly<{ cards: Payments["cards"]; card: string; onChoose: (card: string) => void }>;

function Cards({ cards, card, onChoose }: CardsProps) {
  const choices = [
    ...cards.map((one) => ({
      value: one.id,
      label: t("{card}, until {end}", { card: cardText(one), end: expiryText(one) }),
    })),
    { value: ANOTHER, label: t("Another card, at the provider’s page") },
  ];
  return (
    <Select
      choices={choices}
      label={t("Card")}
      name="card"
      onChange={(event) => onChoose(event.target.value)}
      value={card}
    />
  );
}

function SaveCard({ saveCard, onChange }: Readonly<{ saveCard: boolean; onChange: (saveCard: boolean) => void }>) {
  return (
    <label className="flex min-h-6 items-center gap-2">
      <input
        checked={saveCard}
        className="size-4 accent-accent"
        onChange={(event) => onChange(event.target.checked)}
        type="checkbox"
      />
      {t("Save the card, to pay by one press and for automatic top-ups")}
    </label>
  );
}

function Presets({ amount, onChoose }: Readonly<{ amount: string; onChoose: (amount: string) => void }>) {
  const { currency } = useScope();
  return (
    <fieldset className="flex flex-wrap gap-2">
      <legend className="sr-only">{t("Amounts")}</legend>
      {PRESETS.map((preset) => (
        <Button
          aria-pressed={amount === preset}
          className={amount === preset ? "ring-1 ring-accent" : ""}
          key={preset}
          onClick={() => onChoose(preset)}
        >
          {moneyText(BigInt(preset) * 1_000_000n, currency, { decimals: 0 })}
        </Button>
      ))}
    </fieldset>
  );
}
