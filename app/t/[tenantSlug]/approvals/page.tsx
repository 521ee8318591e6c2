import type { Metadata } from "next";

import { api, Loaded, load } from "@/app/_server/load";
import { ApprovalsView } from "@/components/approvals/approvals-view";
import { t } from "@/server/kernel/words";

export const generateMetadata = (): Metadata => ({ title: t("Approvals") });

type Props = Readonly<{ params: Promise<{ tenantSlug: string }> }>;

export default async function ApprovalsPage({ params }: Props) {
  const { tenantSlug } = await params;
  await load((queries) => queries.fetchQuery(api.approvals.list.queryOptions({ tenantSlug })));
  return (
    <Loaded>
      <ApprovalsView />
    </Loaded>
  );
}
