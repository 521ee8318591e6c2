import type { Metadata } from "next";

import { api, Loaded, load } from "@/app/_server/load";
import { BalanceView } from "@/components/billing/balance-view";

export const metadata: Metadata = { title: "Balance" };

type Props = Readonly<{ params: Promise<{ tenantSlug: string }> }>;

export default async function BalancePage({ params }: Props) {
  const { tenantSlug } = await params;
  await load((queries) => queries.fetchQuery(api.billing.balance.queryOptions({ tenantSlug })));
  return (
    <Loaded>
      <BalanceView />
    </Loaded>
  );
}
