import { expect, test } from "vitest";

import { navFor } from "@/components/shell/nav";
import { actionsFor, type Hit, itemOf, pagesFor } from "@/components/shell/palette-items";
import type { Scope } from "@/components/shell/scope";
import { permissionsFor, type Role } from "@/server/domain/tenancy/roles";
import { inLanguage } from "@/server/infra/words/speaking";

const scopeOf = (role: Role, kind: Scope["tenant"]["kind"]): Pick<Scope, "can" | "hrefOf" | "tenant"> => ({
  can: (permission) => permissionsFor(role).includes(permission),
  hrefOf: (page) => `/t/here/${page}`,
  tenant: { kind } as Scope["tenant"],
});
const labels = (items: readonly { label: string }[]) => items.map(({ label }) => label);

test("offers what a role may do, by any word for it", () => {
  expect(labels(actionsFor("daily cap", scopeOf("owner", "customer")))).toEqual(["Set daily cap"]);
  expect(labels(actionsFor("add phone", scopeOf("owner", "customer")))).toEqual(["New extension"]);
  expect(actionsFor("daily cap", scopeOf("viewer", "customer"))).toEqual([]);
  expect(actionsFor("onboard", scopeOf("owner", "customer"))).toEqual([]);
  expect(labels(actionsFor("onboard", scopeOf("owner", "reseller")))).toEqual(["New tenant"]);
  expect(actionsFor("", scopeOf("owner", "reseller"))).toEqual([]);
  expect(labels(pagesFor("cal", scopeOf("viewer", "customer")))).toEqual(["Calls"]);
});

test("finds actions and pages in the language of the page by its words and by the English ones", () => {
  const seller = scopeOf("owner", "reseller");
  for (const text of ["top up", "aufladen"])
    expect(inLanguage("de", () => labels(actionsFor(text, seller)))).toEqual(["Aufladen"]);
  for (const text of ["calls", "anrufe"])
    expect(inLanguage("de", () => labels(pagesFor(text, seller)))).toContain("Anrufe");
});

const hit: Hit = {
  kind: "extension",
  id: "e1",
  slug: "here",
  tenant: "Here",
  title: "101 Door",
  detail: "Extension",
  state: "active",
  at: null,
  exact: true,
};

test("leads to what was found, and with a verb to its button without pressing it", () => {
  expect(itemOf(hit, "here")).toMatchObject({
    href: "/t/here/extensions?open=e1",
    label: "101 Door",
    detail: "Extension · active",
  });
  expect(itemOf(hit, "here").after).toBeUndefined();
  expect(itemOf(hit, "here", "suspend")).toMatchObject({
    label: "Suspend 101 Door",
    after: { focus: expect.stringContaining('[data-verb~="suspend"]') },
  });
  const german = inLanguage("de", () => itemOf(hit, "here", "suspend"));
  expect(german).toMatchObject({ label: "101 Door sperren", after: itemOf(hit, "here", "suspend").after });
  expect(itemOf({ ...hit, slug: "below", tenant: "Below" }, "here").detail).toBe("Below · Extension · active");
  expect(itemOf({ ...hit, kind: "transaction", state: "41" }, "here").href).toBe("/t/here/balance?before=42");
});

test("no page takes the key that switches tenants", () => {
  for (const kind of ["operator", "reseller", "customer"]) {
    expect(
      navFor(() => true, kind)
        .flatMap(({ items }) => items)
        .map(({ key }) => key),
    ).not.toContain("0");
  }
});
