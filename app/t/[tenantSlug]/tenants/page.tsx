import type { Metadata } from "next";

import { api, Loaded, load } from "@/app/_server/load";
import { tenantListInput } from "@/components/tenants/tenant-list-input";
import { TenantsView } from "@/components/tenants/tenants-view";
import { t } from "@/server/kernel/words";

export const generateMetadata = (): Metadata => ({ title: t("Tenants") });

type Props = Readonly<{
  params: Promise<{ tenantSlug: string }>;
  searchParams: Promise<Readonly<Record<string, string | string[] | undefined>>>;
}>;

export default async function TenantsPage({ params, searchParams }: Props) {
  const { tenantSlug } = await params;
  const asked = await searchParams;
  const get = (name: string) => [asked[name]].flat()[0] ?? null;
  await load((queries) => queries.fetchQuery(api.tenants.list.queryOptions(tenantListInput(tenantSlug, { get }))));
  return (
    <Loaded>
      <TenantsView />
    </Loaded>
  );
}
