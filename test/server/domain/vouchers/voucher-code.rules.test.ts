import fc from "fast-check";
import { expect, test } from "vitest";

import { newVoucherCode, readVoucherCode, voucherDigest } from "@/server/domain/vouchers/voucher-code.rules";

test("a code has a prefix, twenty signs in fours, none that is mistaken for another", () => {
  for (let n = 0; n < 200; n += 1) {
    expect(newVoucherCode("SUMMER")).toMatch(/^SUMMER(-[0-9A-HJKMNP-TV-Z]{4}){5}$/);
    expect(newVoucherCode("")).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){4}$/);
  }
});

test("every sign is as likely as any other, and no code comes twice", () => {
  const codes = Array.from({ length: 2_000 }, () => newVoucherCode("").replaceAll("-", "").slice(0, 19));
  expect(new Set(codes).size).toBe(codes.length);
  const counts = new Map<string, number>();
  for (const sign of codes.join("")) counts.set(sign, (counts.get(sign) ?? 0) + 1);
  expect(counts.size).toBe(32);
  const even = (codes.length * 19) / 32;
  for (const count of counts.values()) expect(Math.abs(count - even) / even).toBeLessThan(0.2);
});

test("is read however it is typed: small letters, blanks, dashes, O for 0, I and L for 1", () => {
  const code = newVoucherCode("LOGO");
  const plain = readVoucherCode(code);
  expect(plain).toBeDefined();
  expect(readVoucherCode(` ${code.toLowerCase().replaceAll("-", " ")} `)).toBe(plain);
  expect(readVoucherCode(code.replaceAll("-", "\u2011"))).toBe(plain);
  expect(readVoucherCode(code.replaceAll("0", "O").replaceAll("1", "l"))).toBe(plain);
});

test("any one wrong sign is found", () => {
  fc.assert(
    fc.property(fc.nat({ max: 19 }), fc.constantFrom(..."0123456789ABCDEFGHJKMNPQRSTVWXYZ"), (at, sign) => {
      const code = newVoucherCode("").replaceAll("-", "");
      if (code[at] === sign) return;
      expect(readVoucherCode(code.slice(0, at) + sign + code.slice(at + 1))).toBeUndefined();
    }),
  );
});

test.each(["", "ABC", "U".repeat(20), "0".repeat(29), "' OR 1=1 --", "ÄÖÜ-1234-1234-1234-1234"])(
  "%j is no code",
  (text) => {
    expect(readVoucherCode(text)).toBeUndefined();
  },
);

test("the digest depends on the key", () => {
  expect(voucherDigest("X", "one").equals(voucherDigest("X", "two"))).toBe(false);
  expect(voucherDigest("X", "one")).toHaveLength(32);
});
