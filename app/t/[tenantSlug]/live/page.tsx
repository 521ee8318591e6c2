import type { Metadata } from "next";

import { api, Loaded, load } from "@/app/_server/load";
import { LiveView } from "@/components/calls/live-view";
import { t } from "@/server/kernel/words";

export const generateMetadata = (): Metadata => ({ title: t("Live calls") });

type Props = Readonly<{ params: Promise<{ tenantSlug: string }> }>;

export default async function LivePage({ params }: Props) {
  const { tenantSlug } = await params;
  await load((queries) => queries.fetchQuery(api.calls.live.queryOptions({ tenantSlug })));
  return (
    <Loaded>
      <LiveView />
    </Loaded>
  );
}
