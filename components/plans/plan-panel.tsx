"use client";

import { useState } from "react";

import { ExportPlan } from "@/components/decks/export-plan";
import { AssignPlan } from "@/components/plans/assign-plan";
import { EditPlan } from "@/components/plans/edit-plan";
import type { PlanRow } from "@/components/plans/plan-row";
import { PriceTester } from "@/components/plans/price-tester";
import { markupText } from "@/components/plans/rate-words";
import { Rates } from "@/components/plans/rates";
import { SetRate } from "@/components/plans/set-rate";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { Panel } from "@/components/ui/panel";
import { Section } from "@/components/ui/section";
import { t } from "@/server/kernel/words";

type Props = Readonly<{
  plan: PlanRow | undefined;
  planId: string;
  /** The plan that a markup starts from. */
  base: PlanRow | undefined;
  onClose: () => void;
}>;

/** One plan: what a number would cost, its prices, and who is on it. */
export function PlanPanel({ plan, planId, base, onClose }: Props) {
  const { can } = useScope();
  const [doing, setDoing] = useState<"rate" | "assign" | "edit">();
  const done = () => setDoing(undefined);
  return (
    <Panel onClose={onClose} subject={planId} title={plan?.name ?? t("Plan")}>
      {plan ? (
        <div className="grid gap-6">
          {can("plans.write") && plan.own && (
            <div className="flex flex-wrap gap-2">
              <Button look="primary" onClick={() => setDoing("rate")}>
                {t("Set a price…")}
              </Button>
              <Button onClick={() => setDoing("assign")}>{t("Give to a tenant…")}</Button>
              <Button onClick={() => setDoing("edit")}>{t("Change plan…")}</Button>
              <ExportPlan plan={plan} />
            </div>
          )}
          {plan.markup && (
            <Section title={t("How it is calculated")}>
              <p>{markupText(plan.markup, plan.currency, base?.name)}</p>
            </Section>
          )}
          <Section title={t("What would a call cost?")}>
            <PriceTester currency={plan.currency} planId={plan.id} />
          </Section>
          <Section title={t("Prices")}>
            <Rates currency={plan.currency} own={plan.own} planId={plan.id} />
          </Section>
          {doing === "rate" && <SetRate onClose={done} plan={plan} />}
          {doing === "edit" && <EditPlan onClose={done} plan={plan} />}
          {doing === "assign" && <AssignPlan onClose={done} plan={plan} />}
        </div>
      ) : (
        <Notice title={t("This plan is not here.")} tone="info">
          {t("It may belong to another tenant.")}
        </Notice>
      )}
    </Panel>
  );
}
