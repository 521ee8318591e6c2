import type { QueryClient } from "@tanstack/react-query";
import type { Metadata } from "next";

import { api, Loaded, load } from "@/app/_server/load";
import { HomeView } from "@/components/home/home-view";
import { t } from "@/server/kernel/words";

export const generateMetadata = (): Metadata => ({ title: t("Home") });

type Props = Readonly<{ params: Promise<{ tenantSlug: string }> }>;

/** Lists of any length among them: coming later, they would move what stands below. */
async function loadParts(queries: QueryClient, tenantSlug: string): Promise<void> {
  const { tenant } = await queries.fetchQuery(api.shell.get.queryOptions({ tenantSlug }));
  await Promise.all(
    tenant.kind === "operator"
      ? [
          queries.prefetchQuery(api.incidents.due.queryOptions({ tenantSlug })),
          queries.prefetchQuery(api.reports.pulse.queryOptions({ tenantSlug })),
          queries.prefetchQuery(api.system.get.queryOptions({ tenantSlug })),
          queries.prefetchQuery(api.duties.list.queryOptions({ tenantSlug })),
        ]
      : [
          queries.prefetchQuery(api.billing.balance.queryOptions({ tenantSlug })),
          queries.prefetchQuery(api.calls.live.queryOptions({ tenantSlug })),
        ],
  );
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
