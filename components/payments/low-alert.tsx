"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { useTRPC } from "@/components/api/client";
import { alertSentence } from "@/components/payments/auto-words";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { later } from "@/components/ui/later";
import { Section } from "@/components/ui/section";
import { t } from "@/server/kernel/words";

const LowAlertForm = later(() => import("@/components/payments/low-alert-form").then((file) => file.LowAlertForm));

/** When the owners are told that credit is low. */
export function LowAlert() {
  const { tenantSlug, currency, can } = useScope();
  const [editing, setEditing] = useState(false);
  const { data } = useQuery(useTRPC().alerts.get.queryOptions({ tenantSlug }));
  if (!data) return null;
  const { alert } = data;
  return (
    <Section
      aside={
        can("billing.write") && (
          <Button
            aria-label={alert ? t("Change… low-balance alert") : t("Set up… low-balance alert")}
            className="min-h-7"
            look="quiet"
            onClick={() => setEditing(true)}
          >
            {alert ? t("Change…") : t("Set up…")}
          </Button>
        )
      }
      level={2}
      title={t("Low-balance alert")}
    >
      {alert ? (
        <>
          <p>{alertSentence(alert, currency)}</p>
          {alert.low && (
            <p className="text-warn">{t("They were told. It is armed again with a tenth more than that.")}</p>
          )}
        </>
      ) : (
        <p className="text-ink-2">{t("Off. Nobody is told before the credit ends.")}</p>
      )}
      {editing && <LowAlertForm alert={alert} onClose={() => setEditing(false)} />}
    </Section>
  );
}
