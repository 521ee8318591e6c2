"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { useTRPC } from "@/components/api/client";
import { alertLevelText } from "@/components/payments/auto-words";
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
  const { levels } = data;
  const some = levels.length > 0;
  return (
    <Section
      aside={
        can("billing.write") && (
          <Button
            aria-label={some ? t("Change… low-balance alert") : t("Set up… low-balance alert")}
            className="min-h-7"
            look="quiet"
            onClick={() => setEditing(true)}
          >
            {some ? t("Change…") : t("Set up…")}
          </Button>
        )
      }
      level={2}
      title={t("Low-balance alert")}
    >
      {some ? (
        <>
          <p>{t("The owners get a mail at each level:")}</p>
          <ol className="grid gap-1">
            {levels.map((level) => (
              <li key={level.level}>
                {alertLevelText(level, currency)}
                {level.low && <span className="ms-2 text-warn">{t("told")}</span>}
              </li>
            ))}
          </ol>
          {levels.some(({ low }) => low) && (
            <p className="text-ink-2">{t("A level that was told is armed again with a tenth more than that.")}</p>
          )}
        </>
      ) : (
        <p className="text-ink-2">{t("Off. Nobody is told before the credit ends.")}</p>
      )}
      {editing && <LowAlertForm levels={levels} onClose={() => setEditing(false)} />}
    </Section>
  );
}
