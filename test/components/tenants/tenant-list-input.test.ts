import { expect, test } from "vitest";

import { tenantListInput } from "@/components/tenants/tenant-list-input";

const from = (query: string) => tenantListInput("ours", new URLSearchParams(query));

test("an address names a view, an order, a search and a page", () => {
  expect(from("view=runway&sort=margin&q=%20quay%20&after=WyJh")).toEqual({
    tenantSlug: "ours",
    view: "runway",
    sort: "margin",
    text: "quay",
    cursor: "WyJh",
  });
});

test("an order with a minus is the other way round", () => {
  expect(from("sort=-spent").sort).toBe("-spent");
  expect(from("sort=--spent").sort).toBe("name");
});

test("what it does not understand is left out", () => {
  expect(from("view=x&sort=y&q=%20&after=a%22b")).toEqual({ tenantSlug: "ours", view: "all", sort: "name" });
});
