import type { Metadata } from "next";

import { api, Loaded, load } from "@/app/_server/load";
import { ExtensionsView } from "@/components/extensions/extensions-view";
import { t } from "@/server/kernel/words";

export const generateMetadata = (): Metadata => ({ title: t("Extensions") });

type Props = Readonly<{ params: Promise<{ tenantSlug: string }> }>;

export default async function ExtensionsPage({ params }: Props) {
  const { tenantSlug } = await params;
  await load((queries) => queries.fetchQuery(api.extensions.page.queryOptions({ tenantSlug })));
  return (
    <Loaded>
      <ExtensionsView />
    </Loaded>
  );
}
