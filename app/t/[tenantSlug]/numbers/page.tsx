import type { Metadata } from "next";

import { api, Loaded, load } from "@/app/_server/load";
import { filterOfNumbers } from "@/components/numbers/number-filter";
import { NumbersView } from "@/components/numbers/numbers-view";
import { t } from "@/server/kernel/words";

export const generateMetadata = (): Metadata => ({ title: t("Numbers") });

type Props = Readonly<{
  params: Promise<{ tenantSlug: string }>;
  searchParams: Promise<Readonly<Record<string, string | readonly string[] | undefined>>>;
}>;

export default async function NumbersPage({ params, searchParams }: Props) {
  const { tenantSlug } = await params;
  const given = await searchParams;
  const filter = filterOfNumbers((name) => (typeof given[name] === "string" ? given[name] : undefined));
  await load((queries) => queries.fetchQuery(api.numbers.list.queryOptions({ tenantSlug, ...filter })));
  return (
    <Loaded>
      <NumbersView />
    </Loaded>
  );
}
