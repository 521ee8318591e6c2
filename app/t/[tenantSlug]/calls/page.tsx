import type { Metadata } from "next";

import { api, Loaded, load } from "@/app/_server/load";
import { paramsOf, readCallFilter } from "@/components/calls/call-filter";
import { CallsView } from "@/components/calls/calls-view";
import { listInput } from "@/components/calls/list-input";

export const metadata: Metadata = { title: "Calls" };

type Props = Readonly<{
  params: Promise<{ tenantSlug: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}>;

export default async function CallsPage({ params, searchParams }: Props) {
  const { tenantSlug } = await params;
  const filter = readCallFilter(paramsOf(await searchParams));
  await load((queries) => queries.fetchQuery(api.calls.list.queryOptions(listInput(tenantSlug, filter))));
  return (
    <Loaded>
      <CallsView />
    </Loaded>
  );
}
