import type { Metadata } from "next";

import { api, Loaded, load } from "@/app/_server/load";
import { HomeView } from "@/components/home/home-view";
import { t } from "@/server/kernel/words";

export const generateMetadata = (): Metadata => ({ title: t("Home") });

type Props = Readonly<{ params: Promise<{ tenantSlug: string }> }>;

export default async function HomePage({ params }: Props) {
  const { tenantSlug } = await params;
  await load((queries) =>
    Promise.all([
      queries.fetchQuery(api.home.get.queryOptions({ tenantSlug })),
      queries.prefetchQuery(api.billing.balance.queryOptions({ tenantSlug })),
      queries.prefetchQuery(api.calls.live.queryOptions({ tenantSlug })),
    ]),
  );
  return (
    <Loaded>
      <HomeView />
    </Loaded>
  );
}
