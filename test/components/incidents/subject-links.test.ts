import { expect, test } from "vitest";

import { linksOf } from "@/components/incidents/subject-links";

const seen = { signals: 1, firstAt: new Date(0), lastAt: new Date(0) };
const subject = (kind: "address" | "extension" | "username" | "tenant" | "number" | "country", value: string) => ({
  ...{ kind, value, ...seen, tenantName: null, tenantSlug: null, extensionId: null },
});
const acme = { tenants: [{ name: "Acme", slug: "acme" }], tenantCount: 1 };
const several = { ...acme, tenantCount: 2 };
const hrefs = (...given: Parameters<typeof linksOf>) => linksOf(...given).map(({ href }) => href);

test("an address leads to its bans and events, a phone to itself, its calls and events, a number and a country to the calls", () => {
  expect(hrefs(subject("address", "2001:db8::1"), acme, "operator")).toEqual([
    "/t/operator/blocks?q=2001%3Adb8%3A%3A1",
    "/t/operator/security-events?address=2001%3Adb8%3A%3A1",
  ]);
  const phone = { ...subject("extension", "acme-101"), tenantSlug: "acme", extensionId: "e1" };
  expect(hrefs(phone, several, "operator")).toEqual([
    "/t/acme/extensions?open=e1",
    "/t/acme/calls?scope=own&extension=e1",
    "/t/operator/security-events?account=acme-101",
  ]);
  expect(hrefs(subject("username", "nobody"), acme, "operator")).toEqual([
    "/t/operator/security-events?account=nobody",
  ]);
  expect(hrefs(subject("number", "8816123"), acme, "operator")).toEqual(["/t/acme/calls?q=%2B8816123"]);
  expect(hrefs(subject("country", "CU"), acme, "operator")).toEqual(["/t/acme/calls?country=CU"]);
});

test("where it is not known whose calls they were there is no way on, nor to a phone that is gone", () => {
  expect(hrefs(subject("number", "8816123"), several, "operator")).toEqual([]);
  expect(hrefs({ ...subject("extension", "acme-101"), tenantSlug: "acme" }, acme, "operator")).toEqual([
    "/t/operator/security-events?account=acme-101",
  ]);
});
