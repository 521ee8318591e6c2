import type { Metadata } from "next";

import { api, Loaded, load } from "@/app/_server/load";
import { DevelopersView } from "@/components/developers/developers-view";
import { t } from "@/server/kernel/words";

export const generateMetadata = (): Metadata => ({ title: t("Developers") });

type Props = Readonly<{ params: Promise<{ tenantSlug: string }> }>;

export default async function DevelopersPage({ params }: Props) {
  const { tenantSlug } = await params;
  await load((queries) => queries.fetchQuery(api.tokens.list.queryOptions({ tenantSlug })));
  return (
    <Loaded>
      <DevelopersView />
    </Loaded>
  );
}
