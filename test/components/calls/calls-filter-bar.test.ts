import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";

import type { Shell } from "@/components/api/outputs";
import { readCallFilter } from "@/components/calls/call-filter";
import { CallsFilterBar } from "@/components/calls/calls-filter-bar";
import { ScopeProvider } from "@/components/shell/scope";
import { usualZone } from "@/components/shell/zone";
import { permissionsFor, type Role } from "@/server/domain/tenancy/roles";

/** The bar of a reseller's list of calls as somebody with this role sees it first. */
function bar(role: Role, query: string): string {
  const tenant = { slug: "reseller", kind: "reseller", currency: "EUR", timeZone: "UTC" };
  const shell = { tenant, role, brand: null, ownSeat: true, permissions: permissionsFor(role) } as unknown as Shell;
  const filter = readCallFilter(new URLSearchParams(query));
  const children = createElement(CallsFilterBar, { filter, set: () => undefined });
  return renderToStaticMarkup(createElement(ScopeProvider, { shell, zone: usualZone, children }));
}

test("a tenant is looked for by who may read the list of tenants; everybody else sees the chosen one and can let it go", () => {
  expect(bar("support", "tenant=acme")).toContain("Any tenant");
  expect(bar("viewer", "")).not.toContain("Any tenant");
  const seen = bar("viewer", "tenant=acme");
  expect(seen).not.toContain("Any tenant");
  expect(seen).toContain(">acme</bdi>");
  expect(seen).toContain("Clear choice");
});

test("a phone stands in the bar among own calls", () => {
  const seen = bar("viewer", "extension=4f0c1a52-63a5-4b0e-9a53-0c4e1d2b7a10");
  expect(seen).toContain("Any extension");
  expect(seen).not.toContain("Any tenant");
});
