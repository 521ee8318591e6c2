import { expect, test } from "vitest";

import type { LiveCall } from "@/components/api/outputs";
import { callsOf } from "@/components/incidents/calls-of";

const call = (tenantSlug: string, extensionNumber: string) => ({ tenantSlug, from: { extensionNumber } }) as LiveCall;
const calls = [call("acme", "101"), call("acme", "102"), call("acme-2", "101"), call("bakery", "101")];
const named = (...subjects: Parameters<typeof callsOf>[1]) =>
  callsOf(calls, subjects).map(({ tenantSlug, from }) => `${tenantSlug} ${from.extensionNumber}`);

test("calls are of an incident when they are of a phone or a tenant that it touches, and of nobody of the same number elsewhere", () => {
  expect(named({ kind: "extension", value: "acme-101", tenantSlug: "acme" })).toEqual(["acme 101"]);
  expect(named({ kind: "tenant", value: "Acme", tenantSlug: "acme" })).toEqual(["acme 101", "acme 102"]);
  expect(named({ kind: "address", value: "198.51.100.9", tenantSlug: null })).toEqual([]);
  // A phone that was deleted is nobody's any more.
  expect(named({ kind: "extension", value: "acme-101", tenantSlug: null })).toEqual([]);
});
