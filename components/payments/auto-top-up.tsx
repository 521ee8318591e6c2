"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { useTRPC } from "@/components/api/client";
import type { AutoTopUpSettings, Payments } from "@/components/api/outputs";
import { refusalOf } from "@/components/api/refusal";
import { moneyText } from "@/components/billing/money-text";
import { autoTopUpSentence } from "@/components/payments/auto-words";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { ErrorState } from "@/components/ui/error-state";
import { later } from "@/components/ui/later";
import { Notice } from "@/components/ui/notice";
import { Section } from "@/components/ui/section";
import { toast } from "@/components/ui/toast-store";
import { t } from "@/server/kernel/words";

const AutoTopUpForm = later(() => import("@/components/payments/auto-top-up-form").then((file) => file.AutoTopUpForm));

/** The saved card charged by itself: whether it is, when, how much, and why not if it stopped. */
export function AutoTopUp({ payments }: Readonly<{ payments: Payments }>) {
  const { tenantSlug, can, ownSeat } = useScope();
  const [editing, setEditing] = useState(false);
  const { data } = useQuery(useTRPC().autoTopUp.get.queryOptions({ tenantSlug }));
  if (!data || (payments.provider === null && !data.settings)) return null;
  const { settings } = data;
  const on = settings !== null && settings.state !== "off";
  const mayEdit = ownSeat && can("billing.write") && payments.provider !== null && payments.cards.length > 0;
  return (
    <Section
      aside={
        mayEdit && (
          <Button
            aria-label={on ? t("Change… automatic top-up") : t("Set up… automatic top-up")}
            className="min-h-7"
            look="quiet"
            onClick={() => setEditing(true)}
          >
            {on ? t("Change…") : t("Set up…")}
          </Button>
        )
      }
      level={2}
      title={t("Automatic top-up")}
    >
      {on ? (
        <State settings={settings} />
      ) : (
        <p className="text-ink-2">
          {payments.cards.length > 0
            ? t("Off. A saved card can be charged when credit gets low.")
            : t("Off. It needs a saved card: tick “Save the card” when you pay.")}
        </p>
      )}
      {editing && <AutoTopUpForm cards={payments.cards} onClose={() => setEditing(false)} settings={settings} />}
    </Section>
  );
}

function State({ settings }: Readonly<{ settings: AutoTopUpSettings }>) {
  const { tenantSlug, currency, can, ownSeat } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const onSettled = () => queries.invalidateQueries();
  const resume = useMutation(
    trpc.autoTopUp.resume.mutationOptions({ onSuccess: () => toast(t("Automatic top-up goes on.")), onSettled }),
  );
  const stop = useMutation(
    trpc.autoTopUp.stop.mutationOptions({ onSuccess: () => toast(t("Automatic top-up is off.")), onSettled }),
  );
  const error = resume.error ?? stop.error;
  const paused = settings.state === "paused";
  return (
    <div className="grid gap-2">
      {paused ? (
        <Notice
          action={
            ownSeat &&
            can("billing.write") && (
              <Button busy={resume.isPending && t("Resuming…")} onClick={() => resume.mutate({ tenantSlug })}>
                {t("Resume")}
              </Button>
            )
          }
          title={t("Paused. Nothing is charged by itself.")}
          tone="bad"
        >
          {settings.note || t("The card was not charged.")}
        </Notice>
      ) : (
        <Troubles settings={settings} />
      )}
      <p>{autoTopUpSentence(settings, currency)}</p>
      <p className="text-ink-2">
        {t("{charged} of {most} charged this month.", {
          charged: moneyText(settings.chargedMicros, currency),
          most: moneyText(settings.monthlyMicros, currency),
        })}
      </p>
      {can("billing.write") && (
        <div>
          <Button
            busy={stop.isPending && t("Stopping…")}
            className="min-h-7"
            look="quiet"
            onClick={() => stop.mutate({ tenantSlug })}
          >
            {t("Turn off")}
          </Button>
        </div>
      )}
      {error && <ErrorState {...refusalOf(error)} />}
    </div>
  );
}

/** What hinders it for a while, without a person having to do anything. */
function Troubles({ settings }: Readonly<{ settings: AutoTopUpSettings }>) {
  return (
    <>
      {settings.monthReached && (
        <Notice title={t("This month's maximum is reached.")} tone="warn">
          {t("Nothing more is charged by itself until the month ends.")}
        </Notice>
      )}
      {settings.failures > 0 && (
        <p className="text-warn">
          {t("The last charge failed ({failures} of 3): {why}", { failures: settings.failures, why: settings.note })}
        </p>
      )}
    </>
  );
}
