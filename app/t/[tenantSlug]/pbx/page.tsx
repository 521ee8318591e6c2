import type { Metadata } from "next";

import { api, Loaded, load } from "@/app/_server/load";
import { PbxView } from "@/components/pbx/pbx-view";
import { t } from "@/server/kernel/words";

export const generateMetadata = (): Metadata => ({ title: t("PBXs and trunks") });

type Props = Readonly<{
  params: Promise<{ tenantSlug: string }>;
  searchParams: Promise<{ hours?: string | string[] }>;
}>;

export default async function PbxPage({ params, searchParams }: Props) {
  const { tenantSlug } = await params;
  const hours = (await searchParams).hours === "24" ? 24 : 1;
  await load((queries) =>
    Promise.all([
      queries.fetchQuery(api.pbx.list.queryOptions({ tenantSlug })),
      queries.fetchQuery(api.pbx.trunks.queryOptions({ tenantSlug, hours })),
    ]),
  );
  return (
    <Loaded>
      <PbxView />
    </Loaded>
  );
}
