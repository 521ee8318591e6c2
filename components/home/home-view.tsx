"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useTRPC } from "@/components/api/client";
import type { Outputs } from "@/components/api/outputs";
import { QueryView } from "@/components/api/query-view";
import { BalanceBar } from "@/components/billing/balance-bar";
import { Money } from "@/components/billing/money";
import { AttentionList } from "@/components/home/attention-list";
import { homeSentence } from "@/components/home/home-sentence";
import { LiveStrip } from "@/components/home/live-strip";
import { OnboardingStrip } from "@/components/home/onboarding-strip";
import { SpendChart } from "@/components/home/spend-chart";
import { runwayText } from "@/components/payments/auto-words";
import { useScope } from "@/components/shell/scope";
import { later } from "@/components/ui/later";
import { Section } from "@/components/ui/section";
import { Skeleton } from "@/components/ui/skeleton";
import { rich } from "@/components/words/rich";
import { t } from "@/server/kernel/words";

/** The operator's is a page of its own. */
const CommandView = later(
  () => import("@/components/command/command-view").then((file) => file.CommandView),
  <Skeleton />,
);

/** A seller's own cap is of what it spends, not of what it charges below. */
const capOf = (balance: Outputs["billing"]["balance"] | undefined, kind: string): bigint | null =>
  kind === "customer" ? (balance?.dailyCapMicros ?? null) : null;

/** Am I working, what does it cost now, and what needs me. */
export function HomeView() {
  const { tenantSlug, tenant, currency, can } = useScope();
  const trpc = useTRPC();
  const home = useQuery(trpc.home.get.queryOptions({ tenantSlug }));
  const atOperator = tenant.kind === "operator";
  const balance = useQuery(
    trpc.billing.balance.queryOptions({ tenantSlug }, { enabled: !atOperator && can("balance.read") }),
  );
  const live = useQuery(trpc.calls.live.queryOptions({ tenantSlug }, { enabled: !atOperator }));
  if (atOperator) {
    return <QueryView query={home}>{(data) => <CommandView home={data} />}</QueryView>;
  }

  return (
    <QueryView query={home}>
      {(data) => (
        <div className="grid gap-8">
          <header className="grid gap-1 pt-2">
            <p className="text-ink-3">{tenant.name}</p>
            <h1 className="max-w-[40ch] text-2xl font-semibold tracking-tight text-balance">
              {homeSentence({
                phones: data.phones,
                attention: data.attention.length,
                liveCalls: live.data?.items.length ?? 0,
              })}
            </h1>
          </header>
          {!data.firstCallDone && tenant.kind === "customer" && <OnboardingStrip phones={data.phones} />}
          <div className="grid gap-x-16 gap-y-8 lg:grid-cols-[minmax(0,1fr)_20rem]">
            <div className="grid content-start gap-8">
              {data.attention.length > 0 && <AttentionList items={data.attention} />}
              {live.data && (
                <LiveStrip data={live.data} most={tenant.kind === "customer" ? data.maxCalls : undefined} />
              )}
            </div>
            <div className="grid content-start gap-8">
              {balance.data && <Credit balance={balance.data} />}
              <Section
                aside={
                  <span className="text-ink-2">
                    {rich("Today {amount}", {
                      amount: (
                        <Money className="font-medium text-ink" currency={currency} micros={data.costTodayMicros} />
                      ),
                    })}
                  </span>
                }
                level={2}
                title={tenant.kind === "customer" ? t("Spent in 14 days") : t("Charged below in 14 days")}
              >
                <SpendChart cap={capOf(balance.data, tenant.kind)} currency={currency} days={data.days} />
              </Section>
            </div>
          </div>
        </div>
      )}
    </QueryView>
  );
}

/** What is left, and how long it lasts. */
function Credit({ balance }: Readonly<{ balance: Outputs["billing"]["balance"] }>) {
  const { hrefOf } = useScope();
  return (
    <Section
      aside={
        <Link className="text-accent underline-offset-2 hover:underline" href={hrefOf("balance")}>
          {t("Ledger")}
        </Link>
      }
      level={2}
      title={t("Balance")}
    >
      <BalanceBar balance={balance} large />
      <p className="text-ink-2">
        {runwayText(balance.availableMicros, balance.spentWeekMicros) ?? t("Nothing was spent this week: it lasts.")}
      </p>
    </Section>
  );
}
