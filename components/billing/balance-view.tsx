"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { useTRPC } from "@/components/api/client";
import { QueryView } from "@/components/api/query-view";
import { BalanceBar } from "@/components/billing/balance-bar";
import { DailyCap } from "@/components/billing/daily-cap";
import { Ledger } from "@/components/billing/ledger";
import { OwnTerms } from "@/components/billing/own-terms";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { later } from "@/components/ui/later";
import { PageHeader } from "@/components/ui/page-header";
import { Section } from "@/components/ui/section";
import { useParamsState } from "@/components/ui/use-params-state";

const MoveMoney = later(() => import("@/components/billing/move-money").then((file) => file.MoveMoney));

/** What can be spent, what is spoken for, and every line that led there. */
export function BalanceView() {
  const { tenantSlug, tenant, can } = useScope();
  const { params, set } = useParamsState();
  const [moving, setMoving] = useState<"receive" | "give">();
  const query = useQuery(useTRPC().billing.balance.queryOptions({ tenantSlug }));
  const { data: me } = useQuery(useTRPC().me.get.queryOptions());
  // Credit comes from above: on the tenant of one's own seat there is nobody to take it from.
  const own = me?.seats.some((seat) => seat.tenantSlug === tenantSlug) ?? true;
  const receive = !own && can("billing.write");
  const give = tenant.kind !== "customer" && can("billing.write");

  return (
    <>
      <PageHeader
        actions={
          <>
            {give && (
              <Button look={receive ? "plain" : "primary"} onClick={() => setMoving("give")}>
                Give credit…
              </Button>
            )}
            {receive && (
              <Button data-shortcut="n" look="primary" onClick={() => setMoving("receive")}>
                Top up…
              </Button>
            )}
          </>
        }
        title="Balance"
      />
      <div className="grid gap-8">
        <QueryView query={query}>
          {(balance) => (
            <div className="grid gap-8 border-b pb-6 lg:grid-cols-[minmax(0,32rem)_minmax(0,20rem)] lg:gap-16">
              <div className="grid content-start gap-3">
                <BalanceBar balance={balance} large />
                {own && tenant.parentName && <p className="text-ink-2">Credit comes from {tenant.parentName}.</p>}
              </div>
              <DailyCap balance={balance} />
            </div>
          )}
        </QueryView>
        <OwnTerms />
        <Section level={2} title="Ledger">
          <Ledger before={params.get("before") ?? undefined} onPage={(before) => set({ before })} />
        </Section>
      </div>
      {moving && query.data && <MoveMoney balance={query.data} kind={moving} onClose={() => setMoving(undefined)} />}
    </>
  );
}
