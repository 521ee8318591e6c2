import type { Metadata } from "next";

import { api, Loaded, load } from "@/app/_server/load";
import { ReportsView } from "@/components/reports/reports-view";
import { t } from "@/server/kernel/words";

export const generateMetadata = (): Metadata => ({ title: t("Reports") });

type Props = Readonly<{ params: Promise<{ tenantSlug: string }> }>;

export default async function ReportsPage({ params }: Props) {
  const { tenantSlug } = await params;
  // Which day it is depends on the tenant's calendar, and may on the viewer's: the report itself is asked for by the page.
  await load((queries) => queries.fetchQuery(api.shell.get.queryOptions({ tenantSlug })));
  return (
    <Loaded>
      <ReportsView />
    </Loaded>
  );
}
