import type { Metadata } from "next";

import { api, Loaded, load } from "@/app/_server/load";
import { SettingsView } from "@/components/settings/settings-view";
import { t } from "@/server/kernel/words";

export const generateMetadata = (): Metadata => ({ title: t("Settings") });

type Props = Readonly<{ params: Promise<{ tenantSlug: string }> }>;

export default async function SettingsPage({ params }: Props) {
  const { tenantSlug } = await params;
  await load((queries) =>
    Promise.all([
      queries.fetchQuery(api.settings.get.queryOptions({ tenantSlug })),
      queries.prefetchQuery(api.statements.details.queryOptions({ tenantSlug })),
    ]),
  );
  return (
    <Loaded>
      <SettingsView />
    </Loaded>
  );
}
