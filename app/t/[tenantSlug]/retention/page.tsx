import type { Metadata } from "next";

import { api, Loaded, load } from "@/app/_server/load";
import { RetentionView } from "@/components/retention/retention-view";
import { t } from "@/server/kernel/words";

export const generateMetadata = (): Metadata => ({ title: t("Retention") });

type Props = Readonly<{ params: Promise<{ tenantSlug: string }> }>;

export default async function RetentionPage({ params }: Props) {
  const { tenantSlug } = await params;
  await load((queries) => queries.fetchQuery(api.retention.board.queryOptions({ tenantSlug })));
  return (
    <Loaded>
      <RetentionView />
    </Loaded>
  );
}
