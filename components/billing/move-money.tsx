"use client";

import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

import { useTRPC } from "@/components/api/client";
import type { Outputs } from "@/components/api/outputs";
import { refusalOf } from "@/components/api/refusal";
import { amountProblem, plainAmount, readAmount } from "@/components/billing/amount-input";
import { moneyText } from "@/components/billing/money-text";
import { MoveEffect } from "@/components/billing/move-effect";
import { type MoveWay, moveRows } from "@/components/billing/move-rows";
import { useMove } from "@/components/billing/use-move";
import { useScope } from "@/components/shell/scope";
import { TenantField } from "@/components/tenants/tenant-field";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { FormEnd } from "@/components/ui/form-end";
import { checks, useFields } from "@/components/ui/use-fields";
import { msg, say, t } from "@/server/kernel/words";

type Props = Readonly<{
  /** `receive` adds credit to this tenant from the one above; `give` moves it to a tenant below. */
  kind: "receive" | "give";
  balance: Outputs["billing"]["balance"];
  /** The tenant chosen already, when the form is opened from its row. */
  toSlug?: string;
  onClose: () => void;
}>;

const titles = { receive: msg("Top up"), give: msg("Give credit"), back: msg("Take credit back") } as const;
const titlesOf = {
  receive: msg("Top up {sum}"),
  give: msg("Give credit {sum}"),
  back: msg("Take credit back {sum}"),
} as const;

/** Moves credit once, and shows both wallets before and after while the amount is typed. */
export function MoveMoney({ kind, balance, toSlug, onClose }: Props) {
  const { tenant } = useScope();
  const [amount, setAmount] = useState("");
  const [back, setBack] = useState(false);
  const [missing, setMissing] = useState(false);
  const way: MoveWay = kind === "receive" ? "receive" : back ? "back" : "give";
  const { target, toChoose, choose } = useTarget(kind === "give", balance.currency, toSlug);
  const { problems, read } = useFields({ amount: amountProblem, note: checks.any });
  const { move, error, busy } = useMove({ way, tenant, target, currency: balance.currency, onDone: onClose });
  const micros = readAmount(amount) ?? 0n;

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = read(event.currentTarget);
    setMissing(kind === "give" && !target);
    if (values && (target || kind !== "give")) move(plainAmount(values.amount), values.note);
  }

  return (
    <Dialog onClose={onClose} title={say(titles[way])}>
      <form className="grid gap-4" noValidate onSubmit={submit}>
        {kind === "give" && (
          <TenantField
            {...toChoose}
            label={t("Tenant")}
            onValue={(tenant) => choose(tenant?.slug)}
            placeholder={t("Choose a tenant")}
            problem={missing && !target ? t("Choose a tenant.") : undefined}
          />
        )}
        <Field
          data-first=""
          inputMode="decimal"
          label={t("Amount")}
          name="amount"
          onChange={(event) => setAmount(event.target.value)}
          placeholder="0.00"
          problem={problems.amount}
          unit={balance.currency}
          value={amount}
        />
        <Note />
        {kind === "give" && tenant.kind === "reseller" && <TakeBack back={back} onBack={setBack} />}
        <MoveEffect
          currency={balance.currency}
          rows={moveRows({ way, tenant, target, available: balance.availableMicros, micros })}
        />
        {kind === "receive" && <WhoPays />}
        <FormEnd
          busy={busy && t("Moving…")}
          onCancel={onClose}
          refusal={error ? refusalOf(error) : undefined}
          submit={micros > 0n ? say(titlesOf[way], { sum: moneyText(micros, balance.currency) }) : say(titles[way])}
        />
      </form>
    </Dialog>
  );
}

/** Who can be given credit: anybody below the operator, of a reseller those directly below it; always in one currency. */
function useTarget(wanted: boolean, currency: string, toSlug: string | undefined) {
  const { tenantSlug, tenant } = useScope();
  const [value, choose] = useState(toSlug);
  const among = { currency, ...(tenant.kind === "operator" ? {} : { direct: true }) };
  const one = useQuery(
    useTRPC().tenants.pick.queryOptions(
      { tenantSlug, ...among, slug: value ?? "-" },
      { enabled: wanted && value !== undefined },
    ),
  );
  const target = one.data?.items.find(({ slug }) => slug === value);
  return { target, toChoose: { ...among, value }, choose };
}

const WhoPays = () => (
  <p className="text-ink-3">{t("A reseller pays from its own wallet; the operator's credit comes from payments.")}</p>
);

const Note = () => (
  <Field
    hint={t("Stands in the ledger, on both sides.")}
    label={t("Note")}
    maxLength={140}
    name="note"
    required={false}
  />
);

function TakeBack({ back, onBack }: Readonly<{ back: boolean; onBack: (back: boolean) => void }>) {
  return (
    <label className="flex min-h-6 items-center gap-2">
      <input
        checked={back}
        className="size-4 accent-accent"
        onChange={(event) => onBack(event.target.checked)}
        type="checkbox"
      />
      {t("Take it back instead, as far as it is not spent")}
    </label>
  );
}
