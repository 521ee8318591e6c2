"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { useTRPC } from "@/components/api/client";
import type { DisputeDetail } from "@/components/api/outputs";
import { refusalOf } from "@/components/api/refusal";
import { amountProblem, plainAmount, readAmount } from "@/components/billing/amount-input";
import { exactMoneyText } from "@/components/billing/money-text";
import { closedText } from "@/components/disputes/dispute-words";
import { useScope } from "@/components/shell/scope";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { FormEnd } from "@/components/ui/form-end";
import { toast } from "@/components/ui/toast-store";
import { checks, useFields } from "@/components/ui/use-fields";
import type { DisputeState } from "@/server/domain/disputes/dispute-kinds.schema";
import { msg, say, t } from "@/server/kernel/words";

type Props = Readonly<{ dispute: DisputeDetail; way: "full" | "part" | "reject"; onClose: () => void }>;

const titles = {
  full: msg("Credit in full: {number}"),
  part: msg("Credit a part: {number}"),
  reject: msg("Reject: {number}"),
} as const;
const busyWords = { full: msg("Crediting…"), part: msg("Crediting…"), reject: msg("Rejecting…") } as const;

/** The decision of the seller: the money moves with it, in the same step. */
export function DecideDispute({ dispute, way, onClose }: Props) {
  const { id, number, currency, leftMicros } = dispute;
  const most = exactMoneyText(leftMicros, currency);
  const { problems, read } = useFields({
    amount: (value) => (way === "part" ? partProblem(value, leftMicros, most) : undefined),
    text: way === "reject" ? checks.filled(msg("A reason, which the customer reads, is missing.")) : checks.any,
  });
  const { credit, reject, error, busy } = useDecision(number, onClose);

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = read(event.currentTarget);
    if (!values) return;
    const { amount, text } = values;
    if (way === "reject") reject(id, text);
    else credit(id, way === "part" ? plainAmount(amount) : undefined, text);
  }

  return (
    <Dialog onClose={onClose} title={say(titles[way], { number })}>
      <form className="grid gap-4" noValidate onSubmit={submit}>
        <p className="text-ink-2">{effectText(way, dispute.buyerName, most)}</p>
        {way === "part" && (
          <Field
            data-first=""
            hint={t("At most {most}.", { most })}
            inputMode="decimal"
            label={t("Amount")}
            name="amount"
            placeholder="0.00"
            problem={problems.amount}
            unit={currency}
          />
        )}
        <Field
          data-first=""
          hint={t("The customer reads it.")}
          label={way === "reject" ? t("Why") : t("Note")}
          maxLength={2_000}
          name="text"
          problem={problems.text}
          required={way === "reject"}
        />
        <FormEnd
          busy={busy && say(busyWords[way])}
          onCancel={onClose}
          refusal={error ? refusalOf(error) : undefined}
          submit={
            way === "full"
              ? t("Credit {sum}", { sum: most })
              : way === "part"
                ? t("dispute|Credit")
                : t("Reject the dispute")
          }
        />
      </form>
    </Dialog>
  );
}

function effectText(way: Props["way"], buyer: string, sum: string): string {
  if (way === "reject") return t("The charge stays as it is.");
  return way === "full"
    ? t("{buyer} gets {sum} into its wallet, as a line linked to the charge. Your revenue falls by as much.", {
        buyer,
        sum,
      })
    : t("{buyer} gets it into its wallet, as a line linked to the charge. Your revenue falls by as much.", { buyer });
}

function partProblem(text: string, left: bigint, most: string): string | undefined {
  const problem = amountProblem(text);
  if (problem) return problem;
  const amount = readAmount(text) ?? 0n;
  return amount > left ? t("At most {most}: that is what is left of the charge.", { most }) : undefined;
}

function useDecision(number: string, onDone: () => void) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const options = {
    onSuccess: (done: Readonly<{ state: DisputeState }>) => {
      void queries.invalidateQueries();
      toast(closedText(number, done.state));
      onDone();
    },
  };
  const credit = useMutation(trpc.disputes.credit.mutationOptions(options));
  const reject = useMutation(trpc.disputes.reject.mutationOptions(options));
  return {
    credit: (disputeId: string, amount: string | undefined, text: string) =>
      credit.mutate({ tenantSlug, disputeId, ...(amount ? { amount } : {}), ...(text ? { text } : {}) }),
    reject: (disputeId: string, text: string) => reject.mutate({ tenantSlug, disputeId, text }),
    error: credit.error ?? reject.error,
    busy: credit.isPending || reject.isPending,
  };
}
