import type { Metadata } from "next";

import { api, Loaded, load } from "@/app/_server/load";
import { PlansView } from "@/components/plans/plans-view";
import { t } from "@/server/kernel/words";

export const generateMetadata = (): Metadata => ({ title: t("Plans") });

type Props = Readonly<{ params: Promise<{ tenantSlug: string }> }>;

export default async function PlansPage({ params }: Props) {
  const { tenantSlug } = await params;
  await load((queries) => queries.fetchQuery(api.plans.list.queryOptions({ tenantSlug })));
  return (
    <Loaded>
      <PlansView />
    </Loaded>
  );
}
