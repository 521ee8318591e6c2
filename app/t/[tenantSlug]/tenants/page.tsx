import type { Metadata } from "next";

import { api, Loaded, load } from "@/app/_server/load";
import { TenantsView } from "@/components/tenants/tenants-view";

export const metadata: Metadata = { title: "Tenants" };

type Props = Readonly<{ params: Promise<{ tenantSlug: string }> }>;

export default async function TenantsPage({ params }: Props) {
  const { tenantSlug } = await params;
  await load((queries) => queries.fetchQuery(api.tenants.tree.queryOptions({ tenantSlug })));
  return (
    <Loaded>
      <TenantsView />
    </Loaded>
  );
}
