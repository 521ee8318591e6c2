import type { Metadata } from "next";

import { api, Loaded, load } from "@/app/_server/load";
import { TeamView } from "@/components/team/team-view";
import { t } from "@/server/kernel/words";

export const generateMetadata = (): Metadata => ({ title: t("Team") });

type Props = Readonly<{ params: Promise<{ tenantSlug: string }> }>;

export default async function TeamPage({ params }: Props) {
  const { tenantSlug } = await params;
  await load((queries) => queries.fetchQuery(api.members.list.queryOptions({ tenantSlug })));
  return (
    <Loaded>
      <TeamView />
    </Loaded>
  );
}
