import type { Metadata } from "next";

import { api, Loaded, load } from "@/app/_server/load";
import { BalanceView } from "@/components/billing/balance-view";
import { ledgerInput } from "@/components/billing/ledger-input";
import { paramsOf } from "@/components/calls/call-filter";
import { t } from "@/server/kernel/words";

export const generateMetadata = (): Metadata => ({ title: t("Balance") });

type Props = Readonly<{
  params: Promise<{ tenantSlug: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}>;

export default async function BalancePage({ params, searchParams }: Props) {
  const { tenantSlug } = await params;
  const search = paramsOf(await searchParams);
  await load((queries) =>
    Promise.all([
      queries.fetchQuery(api.billing.balance.queryOptions({ tenantSlug })),
      queries.prefetchQuery(api.payments.list.queryOptions({ tenantSlug })),
      // What comes later would move what is read by then.
      queries.prefetchQuery(api.terms.get.queryOptions({ tenantSlug })),
      queries.prefetchQuery(api.bundles.held.queryOptions({ tenantSlug })),
      queries.prefetchQuery(api.autoTopUp.get.queryOptions({ tenantSlug })),
      queries.prefetchQuery(api.alerts.get.queryOptions({ tenantSlug })),
      queries.prefetchQuery(api.statements.list.queryOptions({ tenantSlug, side: "own", limit: 1 })),
      queries.prefetchQuery(api.billing.ledger.queryOptions(ledgerInput(tenantSlug, search))),
    ]),
  );
  return (
    <Loaded>
      <BalanceView />
    </Loaded>
  );
}
