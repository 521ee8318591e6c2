"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { useTRPC } from "@/components/api/client";
import { QueryView } from "@/components/api/query-view";
import { BalanceBar } from "@/components/billing/balance-bar";
import { DailyCap } from "@/components/billing/daily-cap";
import { Ledger } from "@/components/billing/ledger";
import { OwnTerms } from "@/components/billing/own-terms";
import { ExportLink } from "@/components/exports/export-link";
import { AutoTopUp } from "@/components/payments/auto-top-up";
import { runwayText } from "@/components/payments/auto-words";
import { Debt } from "@/components/payments/debt";
import { LowAlert } from "@/components/payments/low-alert";
import { PaymentBack } from "@/components/payments/payment-back";
import { PaymentsSection } from "@/components/payments/payments-section";
import { SavedCards } from "@/components/payments/saved-cards";
import { useScope } from "@/components/shell/scope";
import { LastStatement } from "@/components/statements/last-statement";
import { Button } from "@/components/ui/button";
import { later } from "@/components/ui/later";
import { PageHeader } from "@/components/ui/page-header";
import { Section } from "@/components/ui/section";
import { useParamsState } from "@/components/ui/use-params-state";
import { t } from "@/server/kernel/words";

const TopUp = later(() => import("@/components/payments/top-up").then((file) => file.TopUp));
const MoveMoney = later(() => import("@/components/billing/move-money").then((file) => file.MoveMoney));

type Moving = "receive" | "give" | "pay";

/** What can be spent, what is spoken for, and every line that led there. */
export function BalanceView() {
  const { tenantSlug, tenant } = useScope();
  const { params, set } = useParamsState();
  const [moving, setMoving] = useState<Moving>();
  const trpc = useTRPC();
  const query = useQuery(trpc.billing.balance.queryOptions({ tenantSlug }));
  const { data: payments } = useQuery(trpc.payments.list.queryOptions({ tenantSlug }));
  const paid = params.get("paid") ?? undefined;
  return (
    <>
      <PageHeader actions={<Ways onMove={setMoving} />} title={t("Balance")} />
      <div className="grid gap-8">
        {paid && <PaymentBack onClose={() => set({ paid: undefined }, "replace")} paymentId={paid} />}
        {payments && payments.debtMicros > 0n && <Debt payments={payments} />}
        <QueryView query={query}>
          {(balance) => (
            <div className="grid gap-8 border-b pb-6 lg:grid-cols-[minmax(0,32rem)_minmax(0,20rem)] lg:gap-16">
              <div className="grid content-start gap-3">
                <BalanceBar balance={balance} large />
                <p className="text-ink-2">{runwayText(balance.availableMicros, balance.spentWeekMicros)}</p>
                <LastStatement />
              </div>
              <DailyCap balance={balance} />
            </div>
          )}
        </QueryView>
        <OwnTerms />
        {payments && tenant.kind !== "operator" && (
          <>
            <div className="grid max-w-4xl gap-8 lg:grid-cols-2 lg:gap-16">
              <AutoTopUp payments={payments} />
              <LowAlert />
            </div>
            <SavedCards payments={payments} />
            <PaymentsSection payments={payments} />
          </>
        )}
        <Section aside={<ExportLink filter={{}} list="ledger" />} level={2} title={t("Ledger")}>
          <Ledger />
        </Section>
      </div>
      {moving === "pay" && payments && <TopUp onClose={() => setMoving(undefined)} payments={payments} />}
      {moving && moving !== "pay" && query.data && (
        <MoveMoney balance={query.data} kind={moving} onClose={() => setMoving(undefined)} />
      )}
    </>
  );
}

/** The ways in which this person may move money here. */
function Ways({ onMove }: Readonly<{ onMove: (moving: Moving) => void }>) {
  const { tenantSlug, tenant, can } = useScope();
  const { data: me } = useQuery(useTRPC().me.get.queryOptions());
  if (!can("billing.write")) return null;
  // Credit comes from above: on the tenant of one's own seat it is paid for, from elsewhere it is given.
  const own = me?.seats.some((seat) => seat.tenantSlug === tenantSlug) ?? true;
  const way = own ? (tenant.kind === "operator" ? undefined : "pay") : "receive";
  return (
    <>
      {tenant.kind !== "customer" && (
        <Button look={way ? "plain" : "primary"} onClick={() => onMove("give")}>
          {t("Give credit…")}
        </Button>
      )}
      {way && (
        <Button data-shortcut="n" look="primary" onClick={() => onMove(way)}>
          {t("Top up…")}
        </Button>
      )}
    </>
  );
}
