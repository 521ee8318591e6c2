import type { Metadata } from "next";

import { api, Loaded, load } from "@/app/_server/load";
import { SecurityEventsView } from "@/components/security-events/security-events-view";
import { t } from "@/server/kernel/words";

export const generateMetadata = (): Metadata => ({ title: t("Security events") });

type Props = Readonly<{ params: Promise<{ tenantSlug: string }> }>;

export default async function SecurityEventsPage({ params }: Props) {
  const { tenantSlug } = await params;
  await load((queries) =>
    Promise.all([
      queries.fetchQuery(api.securityEvents.list.queryOptions({ tenantSlug })),
      queries.prefetchQuery(api.securityEvents.counts.queryOptions({ tenantSlug })),
    ]),
  );
  return (
    <Loaded>
      <SecurityEventsView />
    </Loaded>
  );
}
