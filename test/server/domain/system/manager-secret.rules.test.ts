import { expect, test } from "vitest";

import { fingerprintsOf } from "@/server/domain/system/manager-secret.rules";
import { daysSince, isDue } from "@/server/domain/system/manager-secret.schema";

const KEY = "the key of one installation";
const one = (secret: string, key = KEY) => fingerprintsOf(key, { AMI_READ_SECRET: secret })[0]?.fingerprint;

test("a fingerprint tells a change, and differs by installation and by user", () => {
  expect(one("a")).toMatch(/^[0-9a-f]{64}$/);
  expect(one("a")).toBe(one("a"));
  expect(new Set([one("a"), one("b"), one("a", "the key of another")]).size).toBe(3);
  const both = fingerprintsOf(KEY, { AMI_READ_SECRET: "same", AMI_ACT_SECRET: "same" });
  expect(both.map(({ name }) => name)).toEqual(["AMI_READ_SECRET", "AMI_ACT_SECRET"]);
  expect(both[0]?.fingerprint).not.toBe(both[1]?.fingerprint);
  expect(fingerprintsOf(KEY, { AMI_READ_SECRET: "", AMI_ACT_SECRET: undefined })).toEqual([]);
});

test("a secret is due after ninety days and not on the ninetieth", () => {
  const since = new Date("2026-01-01T00:00:00Z");
  const after = (hours: number) => new Date(since.getTime() + hours * 3_600_000);
  expect([isDue(since, after(90 * 24)), isDue(since, after(90 * 24 + 1))]).toEqual([false, true]);
  expect([daysSince(since, after(47)), daysSince(since, after(-5))]).toEqual([1, 0]);
});
