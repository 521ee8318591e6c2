import { describe, expect, test } from "vitest";

import { base32Of, codeAt, newTotpSecret, stepAt, stepOfCode, totpUri } from "@/server/domain/people/totp.rules";

const SECRET = Buffer.from("12345678901234567890");

// RFC 6238, appendix B; six digits are the last six of its eight.
test.each([
  [59, "287082"],
  [1_111_111_109, "081804"],
  [1_111_111_111, "050471"],
  [1_234_567_890, "005924"],
  [2_000_000_000, "279037"],
  [20_000_000_000, "353130"],
])("at second %i the code is %s", (second, code) => {
  expect(codeAt(SECRET, stepAt(second * 1000))).toBe(code);
  expect(stepOfCode(SECRET, code, second * 1000)).toBe(Math.floor(second / 30));
});

describe("a clock that is off", () => {
  const at = 1_900_000_015_000;
  const step = stepAt(at);
  test.each([-1, 0, 1])("by %i steps is taken", (off) => {
    expect(stepOfCode(SECRET, codeAt(SECRET, step + off), at)).toBe(step + off);
  });
  test.each([-2, 2, 100])("by %i steps is not", (off) => {
    expect(stepOfCode(SECRET, codeAt(SECRET, step + off), at)).toBeUndefined();
  });
});

test.each(["", "12345", "1234567", "abcdef", "12 345", "１２３４５６"])("%j is no code", (text) => {
  expect(stepOfCode(SECRET, text, 59_000)).toBeUndefined();
});

test("secrets are of 160 bits, never the same, and told to apps as RFC 4648 writes them", () => {
  expect(newTotpSecret()).toHaveLength(20);
  expect(newTotpSecret()).not.toEqual(newTotpSecret());
  expect(base32Of(SECRET)).toBe("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
  expect(base32Of(Buffer.from("foobar"))).toBe("MZXW6YTBOI");
  expect(totpUri(SECRET, "a+b@c.example")).toContain("totp/Ringfence:a%2Bb%40c.example?secret=GEZDGNBV");
  expect(totpUri(SECRET, "a@c.example", "Quay & Co")).toContain("totp/Quay%20%26%20Co:a%40c.example?");
});
