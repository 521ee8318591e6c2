import { describe, expect, it } from "vitest";

import { initialsOf } from "@/components/shell/initials";
import { labelOf, navFor, pageOf } from "@/components/shell/nav";
import { portalPath } from "@/components/shell/portal-path";
import { permissionsFor, type roles } from "@/server/domain/tenancy/roles";

const pagesOf = (role: (typeof roles)[number], kind: string) =>
  navFor((permission) => permissionsFor(role).includes(permission), kind).flatMap((group) =>
    group.items.map((item) => item.page),
  );

describe("navigation", () => {
  it("offers a viewer of a customer what may be seen, and nothing to manage", () => {
    expect(pagesOf("viewer", "customer")).toEqual([
      "home",
      "calls",
      "live",
      "extensions",
      "numbers",
      "balance",
      "statements",
      "disputes",
      "reports",
      "limits",
      "destinations",
      "blocks",
      "plans",
      "notices",
      "exports",
      "settings",
    ]);
  });

  it("offers tenants and plans to those who have tenants below", () => {
    expect(pagesOf("owner", "reseller")).toContain("tenants");
    expect(pagesOf("owner", "customer")).not.toContain("tenants");
    expect(labelOf("plans", "customer")).toBe("Prices");
    expect(labelOf("plans", "reseller")).toBe("Plans");
  });

  it("offers vouchers and approvals to who sells", () => {
    expect(pagesOf("billing", "reseller")).toContain("vouchers");
    expect(pagesOf("viewer", "reseller")).not.toContain("vouchers");
    expect(pagesOf("owner", "customer")).not.toContain("vouchers");
    expect(pagesOf("viewer", "operator")).toContain("approvals");
    expect(pagesOf("owner", "reseller")).toContain("approvals");
    expect(pagesOf("owner", "customer")).not.toContain("approvals");
  });

  it("offers the system at the operator only", () => {
    expect(pagesOf("support", "operator")).toContain("system");
    expect(pagesOf("billing", "operator")).not.toContain("system");
    expect(pagesOf("owner", "reseller")).not.toContain("system");
  });

  it("offers reconciliation at the operator only", () => {
    expect(pagesOf("auditor", "operator")).toContain("reconciliation");
    expect(pagesOf("viewer", "operator")).not.toContain("reconciliation");
    expect(pagesOf("owner", "reseller")).not.toContain("reconciliation");
  });

  it("gives every page its own key", () => {
    for (const kind of ["customer", "reseller", "operator"]) {
      const keys = navFor(() => true, kind).flatMap((group) => group.items.map((item) => item.key));
      expect(new Set(keys).size).toBe(keys.length);
    }
  });

  it("knows where it is", () => {
    expect(pageOf("/t/acme")).toBe("home");
    expect(pageOf("/t/acme/calls")).toBe("calls");
    expect(portalPath("/acme/balance")).toBe("/t/acme/balance");
    expect(portalPath("/t/acme/balance")).toBe("/t/acme/balance");
  });

  it("makes initials from a name or an address", () => {
    expect(["Mara Keller", "mara@acme.example", "", "Jean-Luc de la Tour"].map(initialsOf)).toEqual([
      "MK",
      "M",
      "?",
      "JT",
    ]);
  });
});
