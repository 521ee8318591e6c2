import { expect, test } from "vitest";

import type { Outputs } from "@/components/api/outputs";
import { draftOf, emptyDraft, type Written } from "@/components/tenants/onboard-fields";
import { isLimitPreset } from "@/server/domain/onboarding/limit-preset-kinds.schema";

const country = (code: string, currency: string, timeZone: string) => ({ code, name: code, currency, timeZone });
const defaults = {
  countries: [
    country("AT", "EUR", "Europe/Vienna"),
    country("US", "USD", "America/New_York"),
    country("JP", "JPY", "Asia/Tokyo"),
  ],
  plans: [{ id: "1", name: "Dollars", currency: "USD" }],
  ...{ currency: "EUR", timeZone: "Europe/Berlin", country: "DE", paysFromWallet: false },
} as unknown as Outputs["tenants"]["onboardDefaults"];

const after = (written: Partial<Written>, more: Partial<typeof defaults> = {}) => {
  const { country, currency, timeZone } = draftOf({ ...defaults, ...more }, { ...emptyDraft(defaults), ...written });
  return [country, currency, timeZone];
};

test("a new tenant begins where its seller is, as an office", () => {
  const begun = { country: "DE", currency: "EUR", timeZone: "Europe/Berlin", kind: "customer", limits: "office" };
  expect(draftOf(defaults, emptyDraft(defaults))).toMatchObject({ ...begun, name: "", slug: undefined });
});

test("a country brings its clock, and its money where there is a plan in it", () => {
  expect(after({ country: "US" })).toEqual(["US", "USD", "America/New_York"]);
  expect(after({ country: "AT" })).toEqual(["AT", "EUR", "Europe/Vienna"]);
  expect(after({ country: "JP" }), "nothing is sold in yen").toEqual(["JP", "EUR", "Asia/Tokyo"]);
  expect(after({ country: "US" }, { country: "US" }), "the seller's own").toEqual(["US", "EUR", "Europe/Berlin"]);
});

test("what was chosen by hand stays, whichever country is chosen then", () => {
  expect(after({ country: "US", currency: "EUR" })).toEqual(["US", "EUR", "America/New_York"]);
  expect(after({ country: "US", timeZone: "UTC" })).toEqual(["US", "USD", "UTC"]);
});

test("who pays from a wallet gives credit in its own money, which no country changes", () => {
  expect(after({ country: "US" }, { paysFromWallet: true })).toEqual(["US", "EUR", "America/New_York"]);
  expect(after({ country: "US", currency: "USD" }, { paysFromWallet: true })[1], "by hand it may").toBe("USD");
});

test("a name that every object has is no preset", () => {
  expect(["office", "constructor", "toString", ""].map(isLimitPreset)).toEqual([true, false, false, false]);
});
