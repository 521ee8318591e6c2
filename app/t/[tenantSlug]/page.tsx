import type { QueryClient } from "@tanstack/react-query";
import type { Metadata } from "next";

import { api, Loaded, load } from "@/app/_server/load";
import { type HomePart, homeParts } from "@/components/home/home-parts";
import { HomeView } from "@/components/home/home-view";
import { t } from "@/server/kernel/words";

export const generateMetadata = (): Metadata => ({ title: t("Home") });

type Props = Readonly<{ params: Promise<{ tenantSlug: string }> }>;

/** Lists of any length among them: coming later, they would move what stands below. */
async function loadParts(queries: QueryClient, tenantSlug: string): Promise<void> {
  const shell = await queries.fetchQuery(api.shell.get.queryOptions({ tenantSlug }));
  const loading: Readonly<Record<HomePart, () => Promise<void>>> = {
    "incidents.due": () => queries.prefetchQuery(api.incidents.due.queryOptions({ tenantSlug })),
    "reports.pulse": () => queries.prefetchQuery(api.reports.pulse.queryOptions({ tenantSlug })),
    "system.get": () => queries.prefetchQuery(api.system.get.queryOptions({ tenantSlug })),
    "duties.list": () => queries.prefetchQuery(api.duties.list.queryOptions({ tenantSlug })),
    "billing.balance": () => queries.prefetchQuery(api.billing.balance.queryOptions({ tenantSlug })),
    "calls.live": () => queries.prefetchQuery(api.calls.live.queryOptions({ tenantSlug })),
  };
  await Promise.all(homeParts(shell).map((part) => loading[part]()));
}

export default async function HomePage({ params }: Props) {
  const { tenantSlug } = await params;
  await load((queries) =>
    Promise.all([queries.fetchQuery(api.home.get.queryOptions({ tenantSlug })), loadParts(queries, tenantSlug)]),
  );
  return (
    <Loaded>
      <HomeView />
    </Loaded>
  );
}
