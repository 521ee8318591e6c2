import type { Metadata } from "next";

import { api, Loaded, load } from "@/app/_server/load";
import { RoleMatrix } from "@/components/team/role-matrix";
import { t } from "@/server/kernel/words";

export const generateMetadata = (): Metadata => ({ title: t("What each role may do") });

type Props = Readonly<{ params: Promise<{ tenantSlug: string }> }>;

export default async function RolesPage({ params }: Props) {
  const { tenantSlug } = await params;
  await load((queries) => queries.fetchQuery(api.members.roles.queryOptions({ tenantSlug })));
  return (
    <Loaded>
      <RoleMatrix />
    </Loaded>
  );
}
