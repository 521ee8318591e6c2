import { describe, expect, it } from "vitest";

import { matchesCountry } from "@/components/destinations/match-country";

const germany = { name: "Germany", country: "DE", callingCode: "49" };

describe("finding a country", () => {
  it("works by name, letters and code, with or without the plus", () => {
    for (const text of ["", "germ", "de", "+49", "49", "+4"])
      expect([text, matchesCountry(germany, text)]).toEqual([text, true]);
    for (const text of ["fr", "+44", "d"]) expect([text, matchesCountry(germany, text)]).toEqual([text, false]);
  });
});
