import type { Metadata } from "next";

import { api, Loaded, load } from "@/app/_server/load";
import { NoticesView } from "@/components/incidents/notices-view";
import { t } from "@/server/kernel/words";

export const generateMetadata = (): Metadata => ({ title: t("Notices") });

type Props = Readonly<{ params: Promise<{ tenantSlug: string }> }>;

export default async function NoticesPage({ params }: Props) {
  const { tenantSlug } = await params;
  await load((queries) => queries.fetchQuery(api.notices.list.queryOptions({ tenantSlug })));
  return (
    <Loaded>
      <NoticesView />
    </Loaded>
  );
}
