import type { Metadata } from "next";

import { api, Loaded, load } from "@/app/_server/load";
import { paramsOf } from "@/components/calls/call-filter";
import { statementInput } from "@/components/statements/statement-input";
import { StatementsView } from "@/components/statements/statements-view";
import { t } from "@/server/kernel/words";

export const generateMetadata = (): Metadata => ({ title: t("Statements") });

type Props = Readonly<{
  params: Promise<{ tenantSlug: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}>;

export default async function StatementsPage({ params, searchParams }: Props) {
  const { tenantSlug } = await params;
  const search = paramsOf(await searchParams);
  await load(async (queries) => {
    const { side } = await queries.fetchQuery(api.statements.list.queryOptions(statementInput(tenantSlug, search)));
    if (side === "own") await queries.prefetchQuery(api.statements.preview.queryOptions({ tenantSlug }));
  });
  return (
    <Loaded>
      <StatementsView />
    </Loaded>
  );
}
