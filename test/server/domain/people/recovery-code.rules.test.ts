import { expect, test } from "vitest";

import { newRecoveryCodes, readRecoveryCode, recoveryDigest } from "@/server/domain/people/recovery-code.rules";

test("ten codes, each of twelve signs that nobody mistakes for another", () => {
  const codes = newRecoveryCodes();
  expect(new Set(codes).size).toBe(10);
  for (const code of codes) expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}$/);
});

test.each([
  ["7k2m-qx4d-09tz", "7K2MQX4D09TZ"],
  [" 7K2M QX4D O9TZ ", "7K2MQX4D09TZ"],
  ["7K2M–QX4D–I9TL", "7K2MQX4D19T1"],
  ["7K2M-QX4D-09T", undefined],
  ["7K2M-QX4D-09TU", undefined],
  ["123456", undefined],
])("%s is read as %s", (typed, code) => expect(readRecoveryCode(typed)).toBe(code));

test("a digest is of one person and one key", () => {
  const key = Buffer.alloc(32, 1);
  expect(recoveryDigest(key, "ada", "7K2MQX4D09TZ")).toEqual(recoveryDigest(key, "ada", "7K2MQX4D09TZ"));
  expect(recoveryDigest(key, "eve", "7K2MQX4D09TZ")).not.toEqual(recoveryDigest(key, "ada", "7K2MQX4D09TZ"));
  expect(recoveryDigest(Buffer.alloc(32, 2), "ada", "7K2MQX4D09TZ")).not.toEqual(
    recoveryDigest(key, "ada", "7K2MQX4D09TZ"),
  );
});
