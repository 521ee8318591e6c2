import type { Metadata } from "next";
import { notFound } from "next/navigation";

import { api, Loaded, load } from "@/app/_server/load";
import { ReviewView } from "@/components/incidents/review-view";
import { incidentId as idSchema } from "@/server/domain/incidents/incident.schema";
import { t } from "@/server/kernel/words";

export const generateMetadata = (): Metadata => ({ title: t("Review") });

type Props = Readonly<{ params: Promise<{ tenantSlug: string; incidentId: string }> }>;

export default async function ReviewPage({ params }: Props) {
  const { tenantSlug, incidentId } = await params;
  if (!idSchema.safeParse(incidentId).success) notFound();
  await load((queries) => queries.fetchQuery(api.incidentReviews.get.queryOptions({ tenantSlug, incidentId })));
  return (
    <Loaded>
      <ReviewView incidentId={incidentId} />
    </Loaded>
  );
}
