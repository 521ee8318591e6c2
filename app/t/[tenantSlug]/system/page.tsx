import type { Metadata } from "next";

import { api, Loaded, load } from "@/app/_server/load";
import { SystemView } from "@/components/system/system-view";
import { t } from "@/server/kernel/words";

export const generateMetadata = (): Metadata => ({ title: t("System") });

type Props = Readonly<{ params: Promise<{ tenantSlug: string }> }>;

export default async function SystemPage({ params }: Props) {
  const { tenantSlug } = await params;
  await load((queries) =>
    Promise.all([
      queries.fetchQuery(api.system.get.queryOptions({ tenantSlug })),
      queries.fetchQuery(api.system.tasks.queryOptions({ tenantSlug })),
    ]),
  );
  return (
    <Loaded>
      <SystemView />
    </Loaded>
  );
}
