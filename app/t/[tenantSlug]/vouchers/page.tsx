import type { Metadata } from "next";

import { api, Loaded, load } from "@/app/_server/load";
import { VouchersView } from "@/components/vouchers/vouchers-view";
import { t } from "@/server/kernel/words";

export const generateMetadata = (): Metadata => ({ title: t("Vouchers") });

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
