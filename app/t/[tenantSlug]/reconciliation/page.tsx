import type { Metadata } from "next";

import { api, Loaded, load } from "@/app/_server/load";
import { ReconciliationView } from "@/components/reconciliation/reconciliation-view";
import { t } from "@/server/kernel/words";

export const generateMetadata = (): Metadata => ({ title: t("Reconciliation") });

type Props = Readonly<{ params: Promise<{ tenantSlug: string }> }>;

export default async function ReconciliationPage({ params }: Props) {
  const { tenantSlug } = await params;
  await load((queries) =>
    Promise.all([
      queries.fetchQuery(api.reconciliation.board.queryOptions({ tenantSlug })),
      queries.fetchQuery(api.cdrImports.list.queryOptions({ tenantSlug })),
    ]),
  );
  return (
    <Loaded>
      <ReconciliationView />
    </Loaded>
  );
}
