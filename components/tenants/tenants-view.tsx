"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { useTRPC } from "@/components/api/client";
import type { TenantRow } from "@/components/api/outputs";
import { QueryView } from "@/components/api/query-view";
import { useScope } from "@/components/shell/scope";
import { TenantsTable } from "@/components/tenants/tenants-table";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/empty";
import { later } from "@/components/ui/later";
import { PageHeader } from "@/components/ui/page-header";
import { SearchBox } from "@/components/ui/search-box";
import { useOpen } from "@/components/ui/use-open";
import { useParamsState } from "@/components/ui/use-params-state";

const OnboardTenant = later(() => import("@/components/tenants/onboard-tenant").then((file) => file.OnboardTenant));
const TenantPanel = later(() => import("@/components/tenants/tenant-panel").then((file) => file.TenantPanel));
const MoveMoney = later(() => import("@/components/billing/move-money").then((file) => file.MoveMoney));

const named = (text: string) => (item: Readonly<{ name: string; slug: string }>) =>
  `${item.name} ${item.slug}`.toLowerCase().includes(text.toLowerCase());

/** Everybody below this tenant, as the tree they stand in. */
export function TenantsView() {
  const { tenantSlug, tenant, can } = useScope();
  const { params, set } = useParamsState();
  const trpc = useTRPC();
  const [onboarding, setOnboarding] = useState(params.get("new") === "1");
  const { openId, close: closePanel } = useOpen();
  const [paying, setPaying] = useState<TenantRow>();
  const query = useQuery(trpc.tenants.tree.queryOptions({ tenantSlug }));
  const wallet = useQuery(trpc.billing.balance.queryOptions({ tenantSlug }, { enabled: can("balance.read") }));
  const items = (query.data?.items ?? []).filter((item) => item.slug !== tenantSlug);
  const shown = items.filter(named(params.get("q") ?? ""));

  const openRow = items.find((item) => item.slug === openId);
  const close = () => {
    setOnboarding(false);
    set({ new: undefined }, "replace");
  };
  const newButton = can("tenants.write") && tenant.kind !== "customer" && (
    <Button data-shortcut="n" icon="plus" look="primary" onClick={() => setOnboarding(true)}>
      New tenant
    </Button>
  );

  return (
    <>
      <PageHeader
        actions={items.length > 0 && newButton}
        aside={items.length > 0 && `${items.length} below you`}
        title="Tenants"
      >
        {items.length > 0 && (
          <SearchBox
            className="w-full sm:w-64"
            label="Company or short name"
            onValue={(q) => set({ q }, "replace")}
            value={params.get("q") ?? ""}
          />
        )}
      </PageHeader>
      <QueryView query={query}>
        {() =>
          items.length === 0 ? (
            <Empty action={newButton} title="No tenant below you yet.">
              {tenant.kind === "customer"
                ? "Only resellers and the operator have tenants below them."
                : "A new tenant gets a wallet, its first extension and an invitation in one step."}
            </Empty>
          ) : (
            <TenantsTable onClear={() => set({ q: undefined })} onPay={setPaying} rows={shown} />
          )
        }
      </QueryView>
      {openRow && <TenantPanel key={openRow.slug} onClose={closePanel} onPay={setPaying} row={openRow} />}
      {onboarding && <OnboardTenant onClose={close} />}
      {paying && wallet.data && (
        <MoveMoney balance={wallet.data} kind="give" onClose={() => setPaying(undefined)} toSlug={paying.slug} />
      )}
    </>
  );
}
