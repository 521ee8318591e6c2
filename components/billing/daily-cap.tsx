"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

import { useTRPC } from "@/components/api/client";
import type { Outputs } from "@/components/api/outputs";
import { problemsOf, refusalOf } from "@/components/api/refusal";
import { amountProblem, plainAmount } from "@/components/billing/amount-input";
import { Money } from "@/components/billing/money";
import { moneyText } from "@/components/billing/money-text";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { ErrorState } from "@/components/ui/error-state";
import { Field } from "@/components/ui/field";
import { Section } from "@/components/ui/section";
import { toast } from "@/components/ui/toast-store";
import { checks, useFields } from "@/components/ui/use-fields";

type Balance = Outputs["billing"]["balance"];

/** Today's spending against the cap that stops it. */
export function DailyCap({ balance }: Readonly<{ balance: Balance }>) {
  const { can } = useScope();
  const [editing, setEditing] = useState(false);
  const { currency, dailyCapMicros: cap, spentTodayMicros: spent } = balance;
  const share = cap && cap > 0n ? Math.min(100, Number((spent * 100n) / cap)) : 0;
  return (
    <Section
      aside={
        can("billing.write") &&
        !editing && (
          <Button look="quiet" onClick={() => setEditing(true)}>
            {cap === null ? "Set a cap" : "Change"}
          </Button>
        )
      }
      level={2}
      title="Spent today"
    >
      <p className="flex items-baseline gap-2">
        <Money className="text-xl font-semibold" currency={currency} micros={spent} />
        {cap !== null && (
          <span className="text-ink-2">
            of <Money currency={currency} micros={cap} />
          </span>
        )}
      </p>
      {cap === null ? (
        <p className="text-ink-2">No daily cap. Spending stops only where the credit ends.</p>
      ) : (
        <>
          <svg aria-hidden="true" className="h-1.5 w-full rounded-sm" focusable="false">
            <rect className="fill-line" height="100%" width="100%" />
            <rect
              className={share >= 90 ? "fill-bad" : share >= 75 ? "fill-warn" : "fill-accent"}
              height="100%"
              width={`${share}%`}
            />
          </svg>
          <p className="text-ink-2">New calls are refused at the cap, until midnight. Emergency numbers always pass.</p>
        </>
      )}
      {editing && <CapForm balance={balance} onDone={() => setEditing(false)} />}
    </Section>
  );
}

function CapForm({ balance, onDone }: Readonly<{ balance: Balance; onDone: () => void }>) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { problems, read, setProblems } = useFields({ amount: checks.optional(amountProblem) });
  const save = useMutation(
    trpc.limits.set.mutationOptions({
      onSuccess: () => {
        void queries.invalidateQueries({ queryKey: trpc.billing.pathKey() });
        toast("Daily cap changed. It counts from the next call.");
        onDone();
      },
      onError: (error) => setProblems({ amount: problemsOf(error)["dailyCap"] ?? refusalOf(error).title }),
    }),
  );
  const cap = balance.dailyCapMicros;

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = read(event.currentTarget);
    if (values) save.mutate({ tenantSlug, dailyCap: values.amount === "" ? null : plainAmount(values.amount) });
  }

  return (
    <form className="grid gap-3 pt-2" noValidate onSubmit={submit}>
      <Field
        autoFocus
        defaultValue={cap === null ? "" : moneyText(cap, balance.currency, { bare: true }).replaceAll(",", "")}
        hint="Empty means no cap."
        inputMode="decimal"
        label="Cap per day"
        name="amount"
        problem={problems.amount}
        unit={balance.currency}
      />
      {save.error && <ErrorState {...refusalOf(save.error)} />}
      <div className="flex gap-2">
        <Button busy={save.isPending && "Saving…"} look="primary" type="submit">
          Save cap
        </Button>
        <Button onClick={onDone}>Cancel</Button>
      </div>
    </form>
  );
}
