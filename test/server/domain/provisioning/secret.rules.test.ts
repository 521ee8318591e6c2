import { inspect } from "node:util";
import { expect, test } from "vitest";

import { SECRET_ALPHABET, SECRET_LENGTH, SipSecret } from "@/server/domain/provisioning/secret.rules";

const some = (count: number) => Array.from({ length: count }, () => SipSecret.generate().reveal());

test("a secret carries at least 128 bits", () => {
  expect(SECRET_LENGTH * Math.log2(new Set(SECRET_ALPHABET).size)).toBeGreaterThanOrEqual(128);
  for (const secret of some(100)) {
    expect(secret).toHaveLength(SECRET_LENGTH);
    expect([...secret].every((symbol) => SECRET_ALPHABET.includes(symbol))).toBe(true);
  }
});

test("nothing in it is mistaken for something else, or breaks a configuration file", () => {
  expect(SECRET_ALPHABET).toMatch(/^[a-z2-9]+$/);
  expect(SECRET_ALPHABET).not.toMatch(/[ilo01]/);
});

test("no two are alike", () => expect(new Set(some(2_000)).size).toBe(2_000));

test("every symbol is equally likely", () => {
  const count = new Map<string, number>();
  for (const symbol of some(4_000).join("")) count.set(symbol, (count.get(symbol) ?? 0) + 1);
  const expected = (4_000 * SECRET_LENGTH) / SECRET_ALPHABET.length;
  const chiSquare = [...SECRET_ALPHABET].reduce(
    (sum, symbol) => sum + ((count.get(symbol) ?? 0) - expected) ** 2 / expected,
    0,
  );
  // 30 degrees of freedom: once in ten million runs by chance.
  expect(chiSquare).toBeLessThan(90);
});

test("only reveal() gives the text away", () => {
  const secret = SipSecret.generate();
  const leaks = [
    String(secret),
    `${secret}`,
    JSON.stringify({ secret }),
    inspect({ secret }),
    inspect(secret, { showHidden: true }),
    Object.values(secret).join(),
  ];
  expect(leaks.join()).not.toContain(secret.reveal());
});
