import { expect, test } from "vitest";
import type { Outputs } from "@/components/api/outputs";
import { emptyDraft, placeOf } from "@/components/tenants/onboard-fields";

const country = (code: string, currency: string, timeZone: string) => ({ code, name: code, currency, timeZone });
const defaults = {
  countries: [
    country("AT", "EUR", "Europe/Vienna"),
    country("US", "USD", "America/New_York"),
    country("JP", "JPY", "Asia/Tokyo"),
  ],
  plans: [{ id: "1", name: "Dollars", currency: "USD" }],
  ...{ currency: "EUR", timeZone: "Europe/Berlin", country: "DE" },
} as unknown as Outputs["tenants"]["onboardDefaults"];

test("a new tenant begins where its seller is, as an office", () => {
  const begun = { country: "DE", currency: "EUR", timeZone: "Europe/Berlin", kind: "customer", limits: "office" };
  expect(emptyDraft(defaults)).toMatchObject({ ...begun, name: "", slug: undefined });
});

test("a country brings its clock, and its money where there is a plan in it", () => {
  expect(placeOf(defaults, "US")).toEqual({ country: "US", currency: "USD", timeZone: "America/New_York" });
  expect(placeOf(defaults, "AT")).toEqual({ country: "AT", currency: "EUR", timeZone: "Europe/Vienna" });
  expect(placeOf(defaults, "JP"), "nothing is sold in yen").toEqual({
    country: "JP",
    currency: "EUR",
    timeZone: "Asia/Tokyo",
  });
});
