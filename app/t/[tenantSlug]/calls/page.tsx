import type { Metadata } from "next";

import { api, Loaded, load } from "@/app/_server/load";
import { paramsOf, readCallFilter } from "@/components/calls/call-filter";
import { CallsView } from "@/components/calls/calls-view";
import { listInput } from "@/components/calls/list-input";
import { t } from "@/server/kernel/words";

export const generateMetadata = (): Metadata => ({ title: t("Calls") });

type Props = Readonly<{
  params: Promise<{ tenantSlug: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}>;

export default async function CallsPage({ params, searchParams }: Props) {
  const { tenantSlug } = await params;
  const search = paramsOf(await searchParams);
  const callId = search.get("open");
  await load((queries) =>
    Promise.all([
      queries.fetchQuery(api.calls.list.queryOptions(listInput(tenantSlug, readCallFilter(search)))),
      callId && queries.prefetchQuery(api.calls.get.queryOptions({ tenantSlug, callId })),
    ]),
  );
  return (
    <Loaded>
      <CallsView />
    </Loaded>
  );
}
