import type { Metadata } from "next";

import { api, Loaded, load } from "@/app/_server/load";
import { NotificationsView } from "@/components/notifications/notifications-view";
import { t } from "@/server/kernel/words";

export const generateMetadata = (): Metadata => ({ title: t("Notifications") });

type Props = Readonly<{ params: Promise<{ tenantSlug: string }> }>;

export default async function NotificationsPage({ params }: Props) {
  const { tenantSlug } = await params;
  await load((queries) =>
    Promise.all([
      queries.fetchQuery(api.notifications.targets.queryOptions({ tenantSlug })),
      queries.fetchQuery(api.notifications.deliveries.queryOptions({ tenantSlug })),
    ]),
  );
  return (
    <Loaded>
      <NotificationsView />
    </Loaded>
  );
}
