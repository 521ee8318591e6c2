"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useState } from "react";
import { useTRPC } from "@/components/api/client";
import { QueryView } from "@/components/api/query-view";
import { Bundles } from "@/components/plans/bundles";
import type { PlanRow } from "@/components/plans/plan-row";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { buttonClass } from "@/components/ui/button-class";
import { type Column, DataTable } from "@/components/ui/data-table";
import { Empty } from "@/components/ui/empty";
import { later } from "@/components/ui/later";
import { PageHeader } from "@/components/ui/page-header";
import { RowLink } from "@/components/ui/row-link";
import { useOpen } from "@/components/ui/use-open";
import { numberText } from "@/server/kernel/locale";
import { t } from "@/server/kernel/words";

const PlanPanel = later(() => import("@/components/plans/plan-panel").then((file) => file.PlanPanel));
const NewPlan = later(() => import("@/components/plans/new-plan").then((file) => file.NewPlan));

const columnsIn = (sells: boolean): readonly Column<PlanRow>[] => [
  {
    key: "name",
    header: t("Plan"),
    fold: "lead",
    cell: (plan) => (
      <RowLink className="font-medium" id={plan.id}>
        {plan.name}
        {!plan.own && sells && <span className="font-normal text-ink-3"> {t("(what you pay)")}</span>}
      </RowLink>
    ),
  },
  { key: "currency", header: t("Currency"), fold: "second", cell: (plan) => plan.currency },
  {
    key: "rates",
    header: t("Prices"),
    numeric: true,
    fold: "lead-end",
    cell: ({ rates }) => numberText(rates),
  },
  {
    key: "buyers",
    header: t("Tenants on it"),
    numeric: true,
    fold: "second-end",
    cell: ({ buyers }) => numberText(buyers),
  },
];

/** A buyer's plans in the order in which they are asked for a price. */
const inOrder = (plans: readonly PlanRow[], bought: readonly { planId: string }[]): readonly PlanRow[] => {
  const place = new Map(bought.map(({ planId }, index) => [planId, index]));
  return plans.toSorted((a, b) => (place.get(a.id) ?? plans.length) - (place.get(b.id) ?? plans.length));
};

/** The plan with this id, and the one that it starts from. */
function openedOf(plans: readonly PlanRow[], planId: string) {
  const find = (id: string | null | undefined) => plans.find((plan) => plan.id === id);
  const plan = find(planId);
  return { planId, plan, base: find(plan?.markup?.basePlanId) };
}

/** What calls cost, and for whom. */
export function PlansView() {
  const { tenantSlug, tenant, can } = useScope();
  const sells = tenant.kind !== "customer";
  const { openId, close } = useOpen();
  const [making, setMaking] = useState(false);
  const query = useQuery(useTRPC().plans.list.queryOptions({ tenantSlug }));
  const bought = useQuery(useTRPC().tenantPlans.list.queryOptions({ tenantSlug }, { enabled: !sells }));
  const newButton = sells && can("plans.write") && (
    <Button data-shortcut="n" icon="plus" look="primary" onClick={() => setMaking(true)}>
      {t("New plan")}
    </Button>
  );
  return (
    <>
      <PageHeader
        actions={
          <>
            {sells && <DecksLink />}
            {(query.data?.items.length ?? 0) > 0 && newButton}
          </>
        }
        title={sells ? t("Plans") : t("Prices")}
      />
      <QueryView query={query}>
        {(data) => (
          <>
            <DataTable
              caption={t("Plans")}
              fit
              columns={columnsIn(sells).filter((column) => sells || column.key !== "buyers")}
              empty={
                sells ? (
                  <Empty action={newButton} title={t("No plan yet.")}>
                    {t("A plan is a list of prices by prefix. A tenant without one cannot call out.")}
                  </Empty>
                ) : (
                  <Empty title={t("No prices yet.")}>
                    {t("Your provider has not given you a plan, so calls out are refused.")}
                  </Empty>
                )
              }
              openKey={openId}
              rowKey={(plan) => plan.id}
              rows={sells ? data.items : inOrder(data.items, bought.data?.items ?? [])}
            />
            {openId && <PlanPanel onClose={close} {...openedOf(data.items, openId)} />}
          </>
        )}
      </QueryView>
      {sells && <Bundles />}
      {making && <NewPlan onClose={() => setMaking(false)} />}
    </>
  );
}

function DecksLink() {
  const { hrefOf } = useScope();
  return (
    <Link className={buttonClass()} href={hrefOf("plans/decks")}>
      {t("Rate decks")}
    </Link>
  );
}
