import type { Metadata } from "next";

import { api, Loaded, load } from "@/app/_server/load";
import { DecksView } from "@/components/decks/decks-view";
import { t } from "@/server/kernel/words";

export const generateMetadata = (): Metadata => ({ title: t("Rate decks") });

type Props = Readonly<{ params: Promise<{ tenantSlug: string }> }>;

export default async function DecksPage({ params }: Props) {
  const { tenantSlug } = await params;
  await load((queries) =>
    Promise.all([
      queries.fetchQuery(api.decks.list.queryOptions({ tenantSlug })),
      queries.fetchQuery(api.plans.list.queryOptions({ tenantSlug })),
    ]),
  );
  return (
    <Loaded>
      <DecksView />
    </Loaded>
  );
}
