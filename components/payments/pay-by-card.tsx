"use client";

import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

import { useTRPC } from "@/components/api/client";
import type { Payments } from "@/components/api/outputs";
import { problemsOf, refusalBeside } from "@/components/api/refusal";
import { plainAmount, readAmount } from "@/components/billing/amount-input";
import { moneyText } from "@/components/billing/money-text";
import { cardAmountProblem, cardText } from "@/components/payments/payment-words";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { ErrorState } from "@/components/ui/error-state";
import { Field } from "@/components/ui/field";
import { Notice } from "@/components/ui/notice";
import { useFields } from "@/components/ui/use-fields";

const PRESETS = ["10", "25", "50", "100"] as const;

/** Chooses an amount and goes to the provider's page. The money counts when the provider says so, not when the person comes back. */
export function PayByCard({ payments }: Readonly<{ payments: Payments }>) {
  const { tenantSlug, currency } = useScope();
  const [amount, setAmount] = useState("25");
  const form = useFields({ amount: (text) => cardAmountProblem(readAmount(text)) });
  const [saveCard, setSaveCard] = useState(false);
  const start = useMutation(
    useTRPC().payments.start.mutationOptions({ onSuccess: ({ url }) => window.location.assign(url) }),
  );
  const problems = { ...problemsOf(start.error), ...form.problems };
  const refusal = refusalBeside(start.error, { amount });
  const [card] = payments.cards;

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = form.read(event.currentTarget);
    if (values) start.mutate({ tenantSlug, amount: plainAmount(values.amount), saveCard });
  }

  const micros = readAmount(amount);
  return (
    <form className="grid gap-4" noValidate onSubmit={submit}>
      {payments.provider === "test" && (
        <Notice title="Payments are in test here." tone="warn">
          No card is charged. The credit is real in this portal.
        </Notice>
      )}
      <Presets amount={amount} onChoose={setAmount} />
      <Field
        data-first=""
        inputMode="decimal"
        label="Amount"
        name="amount"
        onChange={(event) => setAmount(event.target.value)}
        problem={problems["amount"]}
        unit={currency}
        value={amount}
      />
      <label className="flex min-h-6 items-center gap-2">
        <input
          checked={saveCard}
          className="size-4 accent-accent"
          onChange={(event) => setSaveCard(event.target.checked)}
          type="checkbox"
        />
        Save the card for automatic top-ups
      </label>
      {card && <p className="text-ink-3">Saved already: {cardText(card)}.</p>}
      {refusal && <ErrorState {...refusal} />}
      <div className="flex justify-end">
        <Button busy={(start.isPending || start.isSuccess) && "Opening…"} look="primary" type="submit">
          Pay {micros && micros > 0n ? moneyText(micros, currency) : ""}
        </Button>
      </div>
    </form>
  );
}

function Presets({ amount, onChoose }: Readonly<{ amount: string; onChoose: (amount: string) => void }>) {
  const { currency } = useScope();
  return (
    <fieldset className="flex flex-wrap gap-2">
      <legend className="sr-only">Amounts</legend>
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
