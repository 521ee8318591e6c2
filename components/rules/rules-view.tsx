"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import { QueryView } from "@/components/api/query-view";
import { RulesTable, ruleId } from "@/components/rules/rules-table";
import { useScope } from "@/components/shell/scope";
import { later } from "@/components/ui/later";
import { PageHeader } from "@/components/ui/page-header";
import { useOpen } from "@/components/ui/use-open";
import { useParamsState } from "@/components/ui/use-params-state";
import { t } from "@/server/kernel/words";

const RulePanel = later(() => import("@/components/rules/rule-panel").then((file) => file.RulePanel));
const TenantField = later(
  () => import("@/components/tenants/tenant-field").then((file) => file.TenantField),
  <span className="control w-64" />,
);

/** From how much on something is done, here or for one tenant below. */
export function RulesView() {
  const { tenantSlug, tenant, can } = useScope();
  const { params } = useParamsState();
  const { openId, close } = useOpen();
  const of = params.get("of") ?? undefined;
  const input = { tenantSlug, ...(of ? { ofTenantSlug: of } : {}) };
  const query = useQuery(useTRPC().rules.list.queryOptions(input, { placeholderData: keepPreviousData }));
  return (
    <>
      <PageHeader title={t("Rules")}>
        {tenant.kind !== "customer" && can("tenants.read") && <ForWhom of={of} />}
      </PageHeader>
      <QueryView query={query}>
        {({ items }) => {
          const row = items.find((one) => ruleId(one) === openId);
          return (
            <>
              <RulesTable openId={openId} rows={items} />
              {row && <RulePanel key={`${of} ${openId}`} of={of} onClose={close} row={row} />}
            </>
          );
        }}
      </QueryView>
    </>
  );
}

function ForWhom({ of }: Readonly<{ of: string | undefined }>) {
  const { tenant } = useScope();
  const { set } = useParamsState();
  return (
    <TenantField
      className="w-64"
      label={t("For")}
      labelHidden
      onValue={(below) => set({ of: below?.slug, open: undefined })}
      placeholder={t("{tenant} and all below", { tenant: tenant.name })}
      value={of}
    />
  );
}
