import type { Metadata } from "next";

import { api, Loaded, load } from "@/app/_server/load";
import { BrandingView } from "@/components/branding/branding-view";
import { t } from "@/server/kernel/words";

export const generateMetadata = (): Metadata => ({ title: t("Branding") });

type Props = Readonly<{ params: Promise<{ tenantSlug: string }> }>;

export default async function BrandingPage({ params }: Props) {
  const { tenantSlug } = await params;
  await load((queries) => queries.fetchQuery(api.branding.get.queryOptions({ tenantSlug })));
  return (
    <Loaded>
      <BrandingView />
    </Loaded>
  );
}
