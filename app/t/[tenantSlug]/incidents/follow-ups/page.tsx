import type { Metadata } from "next";

import { api, Loaded, load } from "@/app/_server/load";
import { FollowUpsView } from "@/components/incidents/follow-ups-view";
import { t } from "@/server/kernel/words";

export const generateMetadata = (): Metadata => ({ title: t("Follow-ups") });

type Props = Readonly<{ params: Promise<{ tenantSlug: string }> }>;

export default async function FollowUpsPage({ params }: Props) {
  const { tenantSlug } = await params;
  const first = { tenantSlug, show: "open", mine: false } as const;
  await load((queries) => queries.fetchQuery(api.incidentReviews.followUps.queryOptions(first)));
  return (
    <Loaded>
      <FollowUpsView />
    </Loaded>
  );
}
