import type { Metadata } from "next";

import { api, Loaded, load } from "@/app/_server/load";
import { BlocksView } from "@/components/blocks/blocks-view";
import { t } from "@/server/kernel/words";

export const generateMetadata = (): Metadata => ({ title: t("Blocks") });

export default async function BlocksPage({ params }: Readonly<{ params: Promise<{ tenantSlug: string }> }>) {
  const { tenantSlug } = await params;
  await load((queries) => queries.fetchQuery(api.blocks.numbers.queryOptions({ tenantSlug })));
  return (
    <Loaded>
      <BlocksView />
    </Loaded>
  );
}
