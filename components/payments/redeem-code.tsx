"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";

import { useTRPC } from "@/components/api/client";
import { refusalOf } from "@/components/api/refusal";
import { moneyText } from "@/components/billing/money-text";
import { useScope } from "@/components/shell/scope";
import { Field } from "@/components/ui/field";
import { FormEnd } from "@/components/ui/form-end";
import { toast } from "@/components/ui/toast-store";
import { checks, useFields } from "@/components/ui/use-fields";
import { msg, t } from "@/server/kernel/words";

/** Turns a code that was bought into credit, once. */
export function RedeemCode({ onClose }: Readonly<{ onClose: () => void }>) {
  const { tenantSlug } = useScope();
  const queries = useQueryClient();
  const { problems, read } = useFields({ code: checks.filled(msg("The code is missing.")) });
  const redeem = useMutation(
    useTRPC().vouchers.redeem.mutationOptions({
      onSuccess: ({ amountMicros, currency }) => {
        void queries.invalidateQueries();
        toast(t("{sum} added.", { sum: moneyText(amountMicros, currency) }));
        onClose();
      },
    }),
  );

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = read(event.currentTarget);
    if (values) redeem.mutate({ tenantSlug, code: values.code });
  }

  return (
    <form className="grid gap-4" noValidate onSubmit={submit}>
      <Field
        autoCapitalize="characters"
        className="font-mono"
        data-first=""
        hint={t("As it was printed; blanks, dashes and small letters do not matter.")}
        label={t("Voucher code")}
        maxLength={100}
        name="code"
        problem={problems.code}
        spellCheck={false}
      />
      <FormEnd
        busy={redeem.isPending && t("Looking…")}
        onCancel={onClose}
        refusal={redeem.error ? refusalOf(redeem.error) : undefined}
        submit={t("Redeem code")}
      />
    </form>
  );
}
