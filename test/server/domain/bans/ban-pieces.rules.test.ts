import fc from "fast-check";
import { expect, test } from "vitest";

import { apart, pieceText } from "@/server/domain/bans/ban-pieces.rules";
import { isWithin, type Network, parseNetwork } from "@/server/domain/bans/network.rules";

const network = (text: string): Network => {
  const read = parseNetwork(text);
  if (typeof read === "string") throw new Error(read);
  return read;
};
const told = (family: 4 | 6, bans: Record<string, number>) =>
  apart(
    family,
    Object.entries(bans).map(([text, endsAt]) => ({ network: network(text), endsAt })),
  ).map((piece) => `${pieceText(piece)} ${piece.endsAt}`);

test("who is banned for longer than the network around keeps the time", () => {
  expect(told(4, { "198.51.100.7": 3600, "198.51.100.0/24": 300 })).toEqual([
    "198.51.100.0-198.51.100.6 300",
    "198.51.100.7 3600",
    "198.51.100.8-198.51.100.255 300",
  ]);
  expect(told(6, { "2001:db8::/64": 300, "2001:db8::": 3600 })).toEqual([
    "2001:db8:: 3600",
    "2001:db8::1-2001:db8::ffff:ffff:ffff:ffff 300",
  ]);
});

test("who is banned for less is in the network's ban, and neighbours stay two", () => {
  expect(told(4, { "198.51.100.0/24": 300, "198.51.100.7": 60, "198.51.101.0/24": 60 })).toEqual([
    "198.51.100.0/24 300",
    "198.51.101.0/24 60",
  ]);
});

test("addresses and networks of the other family are left out", () => {
  expect(told(4, { "2001:db8::/64": 300, "255.255.255.255": 60 })).toEqual(["255.255.255.255 60"]);
  expect(told(6, { "192.0.2.1": 60, "ffff::/16": 1 })).toEqual(["ffff::/16 1"]);
});

test("however bans lie in each other, every address ends with the latest of them, and is told once", () => {
  // Of sixteen addresses, so that every one can be asked.
  const ban = fc
    .record({ at: fc.integer({ min: 0, max: 15 }), prefix: fc.integer({ min: 28, max: 32 }), endsAt: fc.nat(5) })
    .map(({ at, prefix, endsAt }) => {
      const base = 0xc0000200n + ((BigInt(at) >> BigInt(32 - prefix)) << BigInt(32 - prefix));
      return { network: { family: 4, base, prefix } as const, endsAt };
    });
  fc.assert(
    fc.property(fc.array(ban, { maxLength: 8 }), (bans) => {
      const pieces = apart(4, bans);
      for (let address = 0xc0000200n; address < 0xc0000210n; address += 1n) {
        const one = { family: 4, base: address, prefix: 32 } as const;
        const ends = bans.filter((each) => isWithin(one, each.network)).map(({ endsAt }) => endsAt);
        const held = pieces.filter(({ first, last }) => first <= address && address <= last);
        expect(held.map(({ endsAt }) => endsAt)).toEqual(ends.length > 0 ? [Math.max(...ends)] : []);
      }
    }),
    { numRuns: 200 },
  );
});
