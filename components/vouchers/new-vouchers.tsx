"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";

import { useTRPC } from "@/components/api/client";
import { problemsOf, refusalBeside } from "@/components/api/refusal";
import { amountProblem, plainAmount } from "@/components/billing/amount-input";
import { useScope } from "@/components/shell/scope";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { FormEnd } from "@/components/ui/form-end";
import { checks, useFields } from "@/components/ui/use-fields";
import { CodesOnce } from "@/components/vouchers/codes-once";
import { dayEnd, nextYear } from "@/components/vouchers/voucher-day";
import { msg, t } from "@/server/kernel/words";

/** Makes a batch, and shows its codes the one time that they can be read. */
export function NewVouchers({ onClose }: Readonly<{ onClose: () => void }>) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const form = useFields({
    count: checks.shape(/^[1-9]\d{0,4}$/, msg("A whole number of codes, such as 100.")),
    amount: amountProblem,
    expiresAt: (day) => (dayEnd(day) ? undefined : t("A day such as 2027-12-31.")),
    prefix: checks.shape(/^[A-Za-z0-9]{0,8}$/, msg("At most eight letters and digits.")),
    note: checks.any,
  });
  const create = useMutation(
    trpc.vouchers.create.mutationOptions({
      onSuccess: () => queries.invalidateQueries({ queryKey: trpc.vouchers.pathKey() }),
    }),
  );
  const problems = { ...problemsOf(create.error), ...form.problems };

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = form.read(event.currentTarget);
    const expiresAt = values && dayEnd(values.expiresAt);
    if (!values || !expiresAt) return;
    const { prefix, note } = values;
    create.mutate({
      tenantSlug,
      count: Number(values.count),
      amount: plainAmount(values.amount),
      expiresAt,
      prefix,
      note,
    });
  }

  if (create.data) return <CodesOnce batch={create.data} onClose={onClose} />;
  return (
    <Dialog onClose={onClose} title={t("New batch of vouchers")}>
      <form className="grid gap-4" noValidate onSubmit={submit}>
        <BatchFields problems={problems} />
        <FormEnd
          busy={create.isPending && t("Making…")}
          onCancel={onClose}
          refusal={refusalBeside(create.error, form.problems)}
          submit={t("Make codes")}
        />
      </form>
    </Dialog>
  );
}

function BatchFields({ problems }: Readonly<{ problems: Partial<Record<string, string | undefined>> }>) {
  const { currency } = useScope();
  return (
    <>
      <div className="grid grid-cols-2 gap-4">
        <Field
          data-first=""
          defaultValue="100"
          inputMode="numeric"
          label={t("Codes")}
          name="count"
          problem={problems["count"]}
        />
        <Field
          inputMode="decimal"
          label={t("Worth each")}
          name="amount"
          placeholder="10.00"
          problem={problems["amount"]}
          unit={currency}
        />
      </div>
      <Field
        defaultValue={nextYear()}
        hint={t("The codes count until the end of this day, UTC.")}
        label={t("Good until")}
        name="expiresAt"
        problem={problems["expiresAt"]}
        type="date"
      />
      <Field
        hint={t("What each code begins with, for whoever sorts the cards.")}
        label={t("codes|Prefix")}
        maxLength={8}
        name="prefix"
        problem={problems["prefix"]}
        required={false}
      />
      <Field label={t("Note")} maxLength={140} name="note" problem={problems["note"]} required={false} />
    </>
  );
}
