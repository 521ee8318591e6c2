import type { Metadata } from "next";

import { api, Loaded, load } from "@/app/_server/load";
import { LimitsView } from "@/components/limits/limits-view";
import { t } from "@/server/kernel/words";

export const generateMetadata = (): Metadata => ({ title: t("Limits") });

type Props = Readonly<{ params: Promise<{ tenantSlug: string }> }>;

export default async function LimitsPage({ params }: Props) {
  const { tenantSlug } = await params;
  await load((queries) =>
    Promise.all([
      queries.fetchQuery(api.limits.get.queryOptions({ tenantSlug })),
      queries.prefetchQuery(api.limits.extensions.queryOptions({ tenantSlug })),
      queries.prefetchQuery(api.limits.preview.queryOptions({ tenantSlug })),
    ]),
  );
  return (
    <Loaded>
      <LimitsView />
    </Loaded>
  );
}
