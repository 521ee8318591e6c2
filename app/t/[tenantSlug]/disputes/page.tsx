import type { Metadata } from "next";

import { api, Loaded, load } from "@/app/_server/load";
import { DisputesView } from "@/components/disputes/disputes-view";
import { t } from "@/server/kernel/words";

export const generateMetadata = (): Metadata => ({ title: t("Disputes") });

type Props = Readonly<{ params: Promise<{ tenantSlug: string }> }>;

export default async function DisputesPage({ params }: Props) {
  const { tenantSlug } = await params;
  await load((queries) => queries.fetchQuery(api.disputes.list.queryOptions({ tenantSlug })));
  return (
    <Loaded>
      <DisputesView />
    </Loaded>
  );
}
