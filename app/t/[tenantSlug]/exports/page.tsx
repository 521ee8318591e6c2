import type { Metadata } from "next";

import { api, Loaded, load } from "@/app/_server/load";
import { ExportsView } from "@/components/exports/exports-view";
import { t } from "@/server/kernel/words";

export const generateMetadata = (): Metadata => ({ title: t("Exports") });

type Props = Readonly<{ params: Promise<{ tenantSlug: string }> }>;

export default async function ExportsPage({ params }: Props) {
  const { tenantSlug } = await params;
  await load((queries) => queries.fetchQuery(api.exports.list.queryOptions({ tenantSlug })));
  return (
    <Loaded>
      <ExportsView />
    </Loaded>
  );
}
