import { expect, test } from "vitest";

import { nextZone, usualZone, zoneHere, zoneIn, zoneOf, zoneWord } from "@/components/shell/zone";

test("a choice goes into the cookie and comes out of it, and anything else is no choice", () => {
  for (const zone of [{ of: "utc", mine: "UTC" } as const, { of: "mine", mine: "America/New_York" } as const])
    expect(zoneIn(["dark", zoneWord(zone)])).toEqual(zone);
  for (const word of ["tenant", "mine:", "mine:Nowhere/Town", `mine:${"A".repeat(99)}`, "mine:<script>"])
    expect([word, zoneIn([word])]).toEqual([word, usualZone]);
});

test("the switch goes through clocks that differ, and comes back to the tenant's", () => {
  const tenantZone = zoneHere() === "Asia/Tokyo" ? "Europe/Berlin" : "Asia/Tokyo";
  const seen = [zoneOf(usualZone, tenantZone)];
  let zone = nextZone(usualZone, tenantZone);
  for (let i = 0; i < 4 && zone.of !== "tenant"; i += 1) {
    expect(zoneOf(zone, tenantZone)).not.toBe(seen.at(-1));
    seen.push(zoneOf(zone, tenantZone));
    zone = nextZone(zone, tenantZone);
  }
  expect(zone.of).toBe("tenant");
  expect(seen).toContain("UTC");
});
