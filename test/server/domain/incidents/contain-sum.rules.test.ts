import { expect, test } from "vitest";

import { containSum } from "@/server/domain/incidents/contain-sum.rules";

const preview = (subject: string, liveCalls: number, currency = "EUR") => ({
  ...{ subject, extensions: 1, liveCalls, heldMicros: BigInt(liveCalls) * 10n, currency },
  phones: [{ address: `${subject}:5060`, userAgent: "Phone" }],
  sources: [
    { network: "198.51.100.7", kept: null },
    { network: "192.0.2.1", kept: "registered" },
  ],
  ...{ tell: [{ slug: "acme", name: "Acme", owners: 2 }], destinations: [], heldBy: [] },
});

test("what two incidents concern is counted once, money by its currency", () => {
  const sum = containSum(
    [
      { incidentId: "a", extensionId: "x", preview: preview("Acme, 1", 2) },
      { incidentId: "b", extensionId: "x", preview: preview("Acme, 1", 2) },
      { incidentId: "c", extensionId: "y", preview: preview("Acme, 2", 3) },
      { incidentId: "d", extensionId: "z", preview: preview("Acme, 3", 1, "USD") },
    ],
    [{ incidentId: "e", why: "over" }],
  );
  expect(sum).toMatchObject({ extensions: 3, liveCalls: 6, banned: ["198.51.100.7"], kept: ["192.0.2.1"] });
  expect(sum.held).toEqual([
    { currency: "EUR", micros: 50n },
    { currency: "USD", micros: 10n },
  ]);
  expect(sum.phones).toHaveLength(3);
  expect(sum.tell).toEqual([{ slug: "acme", name: "Acme", owners: 2 }]);
  expect(sum.with.map(({ incidentId }) => incidentId)).toEqual(["a", "b", "c", "d"]);
  expect(sum.without).toEqual([{ incidentId: "e", why: "over" }]);
});

test("two tenants of one name are both told", () => {
  const other = { ...preview("Acme, 9", 1), tell: [{ slug: "acme-2", name: "Acme", owners: 3 }] };
  const sum = containSum(
    [
      { incidentId: "a", extensionId: "x", preview: preview("Acme, 1", 2) },
      { incidentId: "b", extensionId: "y", preview: other },
    ],
    [],
  );
  expect(sum.tell.map(({ slug, owners }) => `${slug} ${owners}`)).toEqual(["acme 2", "acme-2 3"]);
});

test("nothing to contain is nothing", () => {
  expect(containSum([], [])).toMatchObject({ with: [], extensions: 0, liveCalls: 0, held: [], phones: [] });
});
