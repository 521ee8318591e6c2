import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test, vi } from "vitest";

import type { Shell, TenantRow } from "@/components/api/outputs";
import { ScopeProvider } from "@/components/shell/scope";
import { usualZone } from "@/components/shell/zone";
import { tenantListInput } from "@/components/tenants/tenant-list-input";
import { TenantsFilter } from "@/components/tenants/tenants-filter";
import { TenantsTable } from "@/components/tenants/tenants-table";
import { permissionsFor } from "@/server/domain/tenancy/roles";

vi.mock("next/navigation", () => ({ useSearchParams: () => new URLSearchParams() }));

const tenant = { slug: "operator", kind: "operator", currency: "EUR", timeZone: "UTC" };
const shell = { tenant, role: "owner", brand: null, ownSeat: true, permissions: permissionsFor("owner") };
const row = {
  ...{ slug: "acme", name: "Acme", kind: "customer", state: "active", parentSlug: "operator", planName: null },
  ...{ availableMicros: 0n, spentTodayMicros: 0n, marginMicros: 0n, currency: "EUR", runwayDays: null },
  ...{ liveCalls: 0, openIncidents: 0, phones: 0, phonesOnline: 0, createdAt: new Date(0) },
} as unknown as TenantRow;

test("the order can be chosen at every width at which the head of a column that sorts is not there", () => {
  const scope = (children: React.ReactNode) =>
    renderToStaticMarkup(
      createElement(
        QueryClientProvider,
        { client: new QueryClient() },
        createElement(ScopeProvider, { shell: shell as unknown as Shell, zone: usualZone, children }),
      ),
    );
  const nothing = () => undefined;
  const sorted = { by: "name", onSort: nothing };
  const table = { rows: [row], live: { scope: "", whole: true }, sorted, openKey: undefined, chosen: undefined };
  const doings = { onChoose: nothing, onPay: nothing, onClear: nothing };
  const heads = scope(createElement(TenantsTable, { ...table, ...doings })).match(/<th[^>]*>(?=<button)/g) ?? [];
  const from = new Set(heads.map((head) => /sm:max-(\w+):hidden/.exec(head)?.[1] ?? "sm"));
  expect(from).toEqual(new Set(["sm", "lg", "xl"]));
  const input = tenantListInput("operator", new URLSearchParams());
  const choice = scope(createElement(TenantsFilter, { input }));
  expect(/class="(\w+):hidden".*name="sort"/.exec(choice)?.[1]).toBe("xl");
});
