import type { Metadata } from "next";

import { api, Loaded, load } from "@/app/_server/load";
import { VouchersView } from "@/components/vouchers/vouchers-view";

export const metadata: Metadata = { title: "Vouchers" };

type Props = Readonly<{ params: Promise<{ tenantSlug: string }> }>;

export default async function VouchersPage({ params }: Props) {
  const { tenantSlug } = await params;
  await load((queries) => queries.fetchQuery(api.vouchers.list.queryOptions({ tenantSlug })));
  return (
    <Loaded>
      <VouchersView />
    </Loaded>
  );
}
