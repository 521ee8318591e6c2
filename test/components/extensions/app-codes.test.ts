import { describe, expect, it } from "vitest";

import { acrobitsCode, zoiperAddress } from "@/components/extensions/app-codes";

const account = {
  sipUsername: "florist-101",
  secretOnce: "abc:d@e/f",
  sipDomain: "sip.example.com",
  sipPort: 5060,
  transport: "tcp",
};

describe("what apps read", () => {
  it("is one string for Groundwire, whatever is in it", () => {
    expect(acrobitsCode(account, "HOUSE")).toBe("csc:florist-101@sip.example.com:abc%3Ad%40e%2Ff@HOUSE");
  });

  it("is an address of Zoiper's for Zoiper, with every value in its place", () => {
    const address = new URL(zoiperAddress(account, "x&u=other"));
    expect(address.origin).toBe("https://oem.zoiper.com");
    expect(Object.fromEntries(address.searchParams)).toEqual({
      provider_id: "x&u=other",
      u: "florist-101",
      p: "abc:d@e/f",
      h: "sip.example.com:5060",
      tr: "1",
    });
  });
});
