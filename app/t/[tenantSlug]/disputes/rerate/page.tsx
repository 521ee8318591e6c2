import type { Metadata } from "next";

import { api, Loaded, load } from "@/app/_server/load";
import { RerateView } from "@/components/rerating/rerate-view";
import { t } from "@/server/kernel/words";

export const generateMetadata = (): Metadata => ({ title: t("Re-rate calls") });

type Props = Readonly<{ params: Promise<{ tenantSlug: string }> }>;

export default async function ReratePage({ params }: Props) {
  const { tenantSlug } = await params;
  await load((queries) => queries.fetchQuery(api.plans.list.queryOptions({ tenantSlug })));
  return (
    <Loaded>
      <RerateView />
    </Loaded>
  );
}
