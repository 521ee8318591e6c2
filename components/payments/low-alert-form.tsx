"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";

import { useTRPC } from "@/components/api/client";
import type { Outputs } from "@/components/api/outputs";
import { problemsOf, refusalBeside } from "@/components/api/refusal";
import { amountProblem, plainAmount } from "@/components/billing/amount-input";
import { amountField } from "@/components/payments/amount-field";
import { useScope } from "@/components/shell/scope";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { FormEnd } from "@/components/ui/form-end";
import { toast } from "@/components/ui/toast-store";
import { checks, useFields } from "@/components/ui/use-fields";
import { msg, t } from "@/server/kernel/words";

type Props = Readonly<{ alert: Outputs["alerts"]["get"]["alert"]; onClose: () => void }>;

/** Below how much, or how many days before the end, the owners are told; both empty tell nobody. */
export function LowAlertForm({ alert, onClose }: Props) {
  const { tenantSlug, currency } = useScope();
  const queries = useQueryClient();
  const form = useFields({
    below: checks.optional(amountProblem),
    forDays: checks.optional(checks.shape(/^([1-9]|[1-5]\d|60)$/, msg("A whole number of days, from 1 to 60."))),
  });
  const set = useMutation(
    useTRPC().alerts.set.mutationOptions({
      onSuccess: (_, { below, forDays }) => {
        void queries.invalidateQueries();
        toast(below === null && forDays === null ? t("Nobody is told any more.") : t("The owners will be told."));
        onClose();
      },
    }),
  );
  const problems = { ...problemsOf(set.error), ...form.problems };

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = form.read(event.currentTarget);
    if (!values) return;
    const below = values.below === "" ? null : plainAmount(values.below);
    set.mutate({ tenantSlug, below, forDays: values.forDays === "" ? null : Number(values.forDays) });
  }

  return (
    <Dialog onClose={onClose} title={t("Low-balance alert")}>
      <form className="grid gap-4" noValidate onSubmit={submit}>
        <Field
          data-first=""
          defaultValue={amountField(alert?.belowMicros)}
          inputMode="decimal"
          label={t("When less is available than")}
          name="below"
          problem={problems["below"]}
          required={false}
          unit={currency}
        />
        <Field
          defaultValue={alert?.belowDays?.toString() ?? ""}
          hint={t("At the pace of the last seven days.")}
          inputMode="numeric"
          label={t("When it lasts less than")}
          name="forDays"
          problem={problems["forDays"]}
          required={false}
          unit="days"
        />
        <p className="text-ink-3">{t("The owners get one mail each time; both fields empty tell nobody.")}</p>
        <FormEnd
          busy={set.isPending && t("Saving…")}
          onCancel={onClose}
          refusal={refusalBeside(set.error, { below: 1, forDays: 1 })}
          submit={t("Save alert")}
        />
      </form>
    </Dialog>
  );
}
