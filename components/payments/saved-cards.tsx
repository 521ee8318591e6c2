"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import type { Payments } from "@/components/api/outputs";
import { refusalOf } from "@/components/api/refusal";
import { cardText, expiryText } from "@/components/payments/payment-words";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { ErrorState } from "@/components/ui/error-state";
import { Section } from "@/components/ui/section";
import { toast } from "@/components/ui/toast-store";
import { t } from "@/server/kernel/words";

/** The cards that may be charged without anybody there, each with its way out. The provider keeps the numbers, not we. */
export function SavedCards({ payments }: Readonly<{ payments: Payments }>) {
  const { tenantSlug, can } = useScope();
  const queries = useQueryClient();
  const remove = useMutation(
    useTRPC().payments.removeCard.mutationOptions({
      onSuccess: () => toast(t("The card is forgotten; it is charged no more.")),
      onSettled: () => queries.invalidateQueries(),
    }),
  );
  if (payments.provider === null && payments.cards.length === 0) return null;
  return (
    <Section level={2} title={t("Saved cards")}>
      {payments.cards.length === 0 && (
        <p className="text-ink-2">
          {t("None. Tick “Save the card” when you pay: then one press tops up, or it happens by itself.")}
        </p>
      )}
      <ul className="grid">
        {payments.cards.map((card) => (
          <li className="flex min-h-9 items-center gap-3 border-b" key={card.id}>
            <span className="font-medium">{cardText(card)}</span>
            <span className="figures min-w-0 flex-1 text-ink-2">{t("until {end}", { end: expiryText(card) })}</span>
            {can("billing.write") && (
              <Button
                aria-label={t("Remove the card ending in {last4}", { last4: card.last4 })}
                busy={remove.isPending && remove.variables.cardId === card.id && t("Removing…")}
                className="min-h-7"
                look="quiet"
                onClick={() => remove.mutate({ tenantSlug, cardId: card.id })}
              >
                {t("Remove")}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {remove.error && <ErrorState {...refusalOf(remove.error)} />}
    </Section>
  );
}
