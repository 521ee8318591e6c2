import { isIP } from "node:net";
import { describe, expect, it } from "vitest";

import { formatNetwork, isWithin, parseNetwork } from "@/server/domain/bans/network.rules";

const stored = (text: string) => {
  const network = parseNetwork(text);
  return typeof network === "string" ? network : formatNetwork(network);
};

describe("a network", () => {
  it.each([
    ["192.0.2.7", "192.0.2.7"],
    [" 192.0.2.7/32 ", "192.0.2.7"],
    ["10.0.0.0/8", "10.0.0.0/8"],
    ["0.0.0.0/0", "0.0.0.0/0"],
    ["::ffff:192.0.2.7", "192.0.2.7"],
    ["2001:DB8:0:0:0:0:0:1", "2001:db8::1"],
    ["2001:db8::/32", "2001:db8::/32"],
    ["2001:db8:0:1:0:0:0:1", "2001:db8:0:1::1"],
    ["::", "::"],
    ["::1", "::1"],
    ["1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7"],
    ["fe80::/10", "fe80::/10"],
  ])("%s is %s", (text, expected) => expect(stored(text)).toBe(expected));

  it.each([
    "",
    "192.0.2",
    "192.0.2.256",
    "192.0.2.07",
    "0x7f.0.0.1",
    "192.0.2.0/33",
    "192.0.2.0/-1",
    "192.0.2.0/24/24",
    "192.0.2.0/ 24",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1::2::3",
    "12345::",
    ":::",
    "::/129",
    "::ffff:192.0.2.7/120",
    "example.com",
    "192.0.2.7;drop",
    "192.0.2.7\n10.0.0.0/8",
  ])("%j is none", (text) => expect(typeof parseNetwork(text)).toBe("string"));

  it("says which network was meant when bits are set behind the prefix", () => {
    expect(parseNetwork("192.0.2.7/24")).toContain("the network is 192.0.2.0/24");
    expect(parseNetwork("2001:db8::7/64")).toContain("the network is 2001:db8::/64");
  });

  it("is read and written back the same, and is what Node takes for an address", () => {
    for (let at = 0; at < 500; at += 1) {
      const group = () => (Math.random() < 0.4 ? 0 : Math.floor(Math.random() * 65_536)).toString(16);
      const text = stored(Array.from({ length: 8 }, group).join(":"));
      expect([text, isIP(text), stored(text)]).toEqual([text, 6, text]);
    }
  });

  it("lies in another of its family that is as wide or wider", () => {
    const within = (inner: string, outer: string) => {
      const [one, other] = [parseNetwork(inner), parseNetwork(outer)];
      return typeof one !== "string" && typeof other !== "string" && isWithin(one, other);
    };
    expect(within("192.0.2.7", "192.0.2.0/24")).toBe(true);
    expect(within("192.0.2.0/24", "192.0.2.0/24")).toBe(true);
    expect(within("192.0.2.0/24", "192.0.2.7")).toBe(false);
    expect(within("192.0.3.7", "192.0.2.0/24")).toBe(false);
    expect(within("::1", "0.0.0.0/0")).toBe(false);
  });
});
