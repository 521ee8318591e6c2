import { describe, expect, it } from "vitest";

import { fixHint, fixHref } from "@/components/calls/fix-hint";
import { refusals } from "@/server/kernel/refusals";

const call = (reason: string) => ({ reason, country: "TR", from: { extensionNumber: "104" } });

describe("what mends a refusal", () => {
  it("is a sentence where the page named would be the calls themselves, or home", () => {
    for (const [code, { fix }] of Object.entries(refusals)) {
      const idle = fix?.page === "calls" || fix?.page === "home";
      expect([code, fixHint(code, null) !== undefined]).toEqual([code, idle]);
    }
  });

  it("names the provider where it is known", () => {
    expect(fixHint("RAT-01", "Hansa Voice")).toBe("Ask Hansa Voice for a price for this number.");
    expect(fixHint("RAT-01", null)).toContain("your provider");
    expect(fixHint(null, null)).toBeUndefined();
  });

  it("opens the page at the country or the extension", () => {
    expect(fixHref("/t/acme/destinations", call("DST-01"))).toBe("/t/acme/destinations?q=TR");
    expect(fixHref("/t/acme/extensions", call("SEC-01"))).toBe("/t/acme/extensions?q=104");
    expect(fixHref("/t/acme/balance", call("BAL-01"))).toBe("/t/acme/balance");
  });
});
