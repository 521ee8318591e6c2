"use client";

import { useMutation, useQuery } from "@tanstack/react-query";
import Link from "next/link";

import { useTRPC } from "@/components/api/client";
import type { PaymentRow } from "@/components/api/outputs";
import { QueryView } from "@/components/api/query-view";
import { refusalOf } from "@/components/api/refusal";
import { moneyText } from "@/components/billing/money-text";
import { paymentWords } from "@/components/payments/payment-words";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { buttonClass } from "@/components/ui/button-class";
import { ErrorState } from "@/components/ui/error-state";
import { Notice } from "@/components/ui/notice";
import { PageHeader } from "@/components/ui/page-header";
import { rich } from "@/components/words/rich";
import { msg, say, t } from "@/server/kernel/words";

const answers = [
  { answer: "pay", label: msg("Pay"), look: "primary" },
  { answer: "save_good_card", label: msg("Pay and save a card that works"), look: "plain" },
  { answer: "save_bad_card", label: msg("Pay and save a card that declines later"), look: "plain" },
  { answer: "fail", label: msg("Decline"), look: "plain" },
] as const;

/** What stands in for a provider's page where payments are in test. Its buttons are the ways in which a visit may end. */
export function TestPaymentView({ paymentId }: Readonly<{ paymentId: string }>) {
  const { tenantSlug } = useScope();
  const query = useQuery(useTRPC().payments.testPage.queryOptions({ tenantSlug, paymentId }));
  return (
    <div className="max-w-lg">
      <PageHeader title={t("Test payment")} />
      <div className="grid gap-4">
        <Notice title={t("TEST: no card is charged here.")} tone="warn">
          {t("A real payment provider would show its own page. This one only plays how a visit may end.")}
        </Notice>
        <QueryView query={query}>{(payment) => <Ways payment={payment} />}</QueryView>
      </div>
    </div>
  );
}

function Ways({ payment }: Readonly<{ payment: PaymentRow }>) {
  const { tenantSlug, tenant, hrefOf } = useScope();
  const back = `${hrefOf("balance")}?paid=${payment.id}`;
  const answer = useMutation(
    useTRPC().payments.answerTest.mutationOptions({ onSuccess: () => window.location.assign(back) }),
  );
  // A card is kept only when its owner asked for that before coming here.
  const ways = answers.filter((way) => (way.answer.startsWith("save") ? payment.saveCard : true));
  const sum = moneyText(payment.amountMicros, payment.currency);
  if (payment.state !== "pending" && !answer.isSuccess) {
    return (
      <div className="grid gap-3">
        <p className="text-md">
          {t("This payment of {sum} has ended: {state}.", {
            sum,
            state: paymentWords(payment.state).word.toLowerCase(),
          })}
        </p>
        <Link className={buttonClass("plain", "justify-self-start")} href={back}>
          {t("Back to the balance")}
        </Link>
      </div>
    );
  }
  return (
    <div className="grid gap-3">
      <p className="text-md">
        {rich("{tenant} pays <strong>{sum}</strong>.", {
          tenant: tenant.name,
          sum,
          strong: (text) => <strong>{text}</strong>,
        })}
      </p>
      <div className="grid justify-items-stretch gap-2">
        {ways.map(({ answer: how, label, look }) => (
          <Button
            busy={(answer.isPending || answer.isSuccess) && answer.variables.answer === how && t("One moment…")}
            disabled={answer.isPending || answer.isSuccess}
            key={how}
            look={look}
            onClick={() => answer.mutate({ tenantSlug, paymentId: payment.id, answer: how })}
          >
            {say(label)}
          </Button>
        ))}
        <Link className={buttonClass("quiet")} href={back}>
          {t("Leave without paying")}
        </Link>
      </div>
      {answer.error && <ErrorState {...refusalOf(answer.error)} />}
    </div>
  );
}
