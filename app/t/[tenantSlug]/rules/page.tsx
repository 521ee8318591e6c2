import type { Metadata } from "next";

import { api, Loaded, load } from "@/app/_server/load";
import { RulesView } from "@/components/rules/rules-view";
import { t } from "@/server/kernel/words";

export const generateMetadata = (): Metadata => ({ title: t("Rules") });

type Props = Readonly<{ params: Promise<{ tenantSlug: string }>; searchParams: Promise<{ of?: string | string[] }> }>;

export default async function RulesPage({ params, searchParams }: Props) {
  const { tenantSlug } = await params;
  const { of } = await searchParams;
  const about = typeof of === "string" && of !== "" ? { ofTenantSlug: of } : {};
  await load((queries) => queries.fetchQuery(api.rules.list.queryOptions({ tenantSlug, ...about })));
  return (
    <Loaded>
      <RulesView />
    </Loaded>
  );
}
