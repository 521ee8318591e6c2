"use client";

import { useQueryClient } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import { useForm } from "@/components/api/use-form";
import { moneyText } from "@/components/billing/money-text";
import { useScope } from "@/components/shell/scope";
import { Field } from "@/components/ui/field";
import { FormEnd } from "@/components/ui/form-end";
import { toast } from "@/components/ui/toast-store";
import { checks } from "@/components/ui/use-fields";
import { msg, t } from "@/server/kernel/words";

const fields = { code: checks.filled(msg("The code is missing.")) };

/** Turns a code that was bought into credit, once. */
export function RedeemCode({ onClose }: Readonly<{ onClose: () => void }>) {
  const { tenantSlug } = useScope();
  const queries = useQueryClient();
  const { problems, busy, refusal, onSubmit } = useForm({
    checks: fields,
    change: useTRPC().vouchers.redeem.mutationOptions(),
    input: (values) => ({ tenantSlug, ...values }),
    onDone: ({ amountMicros, currency }) => {
      void queries.invalidateQueries();
      toast(t("{sum} added.", { sum: moneyText(amountMicros, currency) }));
      onClose();
    },
  });

  return (
    <form className="grid gap-4" noValidate onSubmit={onSubmit}>
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
      <FormEnd busy={busy && t("Looking…")} onCancel={onClose} refusal={refusal} submit={t("Redeem code")} />
    </form>
  );
}
