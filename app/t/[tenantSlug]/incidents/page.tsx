import type { Metadata } from "next";

import { api, Loaded, load } from "@/app/_server/load";
import { IncidentsView } from "@/components/incidents/incidents-view";
import { t } from "@/server/kernel/words";

export const generateMetadata = (): Metadata => ({ title: t("Incidents") });

type Props = Readonly<{ params: Promise<{ tenantSlug: string }> }>;

export default async function IncidentsPage({ params }: Props) {
  const { tenantSlug } = await params;
  await load((queries) => queries.fetchQuery(api.incidents.list.queryOptions({ tenantSlug, show: "active" })));
  return (
    <Loaded>
      <IncidentsView />
    </Loaded>
  );
}
