import type { Metadata } from "next";

import { api, Loaded, load } from "@/app/_server/load";
import { AuditView } from "@/components/audit/audit-view";
import { t } from "@/server/kernel/words";

export const generateMetadata = (): Metadata => ({ title: t("Audit") });

type Props = Readonly<{ params: Promise<{ tenantSlug: string }> }>;

export default async function AuditPage({ params }: Props) {
  const { tenantSlug } = await params;
  await load((queries) => queries.fetchQuery(api.audit.list.queryOptions({ tenantSlug })));
  return (
    <Loaded>
      <AuditView />
    </Loaded>
  );
}
