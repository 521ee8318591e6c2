import type { Metadata } from "next";

import { api, Loaded, load } from "@/app/_server/load";
import { DestinationsView } from "@/components/destinations/destinations-view";
import { t } from "@/server/kernel/words";

export const generateMetadata = (): Metadata => ({ title: t("Destinations") });

type Props = Readonly<{ params: Promise<{ tenantSlug: string }> }>;

export default async function DestinationsPage({ params }: Props) {
  const { tenantSlug } = await params;
  await load((queries) => queries.fetchQuery(api.destinations.list.queryOptions({ tenantSlug })));
  return (
    <Loaded>
      <DestinationsView />
    </Loaded>
  );
}
