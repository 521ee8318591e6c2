import type { Metadata } from "next";

import { api, Loaded, load } from "@/app/_server/load";
import { EarningsView } from "@/components/earnings/earnings-view";
import { monthIn } from "@/components/earnings/month-in";
import { t } from "@/server/kernel/words";

export const generateMetadata = (): Metadata => ({ title: t("Earnings") });

type Props = Readonly<{
  params: Promise<{ tenantSlug: string }>;
  searchParams: Promise<{ month?: string | string[] }>;
}>;

export default async function EarningsPage({ params, searchParams }: Props) {
  const { tenantSlug } = await params;
  const month = monthIn((await searchParams).month);
  await load((queries) => queries.fetchQuery(api.earnings.month.queryOptions({ tenantSlug, month })));
  return (
    <Loaded>
      <EarningsView />
    </Loaded>
  );
}
