import { expect, test } from "vitest";

import { newChallenge, readChallenge } from "@/server/domain/people/challenge.rules";

const key = Buffer.alloc(32, 7);
const at = 1_900_000_000_000;
const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64url");

test("a question is ours for five minutes, for what it was asked for and nothing else", () => {
  const text = textOf(newChallenge(key, "add:ada", at));
  expect(readChallenge(key, "add:ada", text, at)?.expiresAt.getTime()).toBe(at + 300_000);
  expect(readChallenge(key, "add:ada", text, at + 300_000)).toBeDefined();
  expect(readChallenge(key, "add:ada", text, at + 300_001)).toBeUndefined();
  for (const use of ["add:eve", "again:ada", "sign-in"] as const) {
    expect(readChallenge(key, use, text, at)).toBeUndefined();
  }
  expect(readChallenge(Buffer.alloc(32, 8), "add:ada", text, at)).toBeUndefined();
});

test("no part of it can be changed, and no two are alike", () => {
  const bytes = newChallenge(key, "sign-in", at);
  for (let index = 0; index < bytes.length; index += 1) {
    const changed = Uint8Array.from(bytes, (byte, place) => (place === index ? byte ^ 1 : byte));
    expect(readChallenge(key, "sign-in", textOf(changed), at)).toBeUndefined();
  }
  expect(readChallenge(key, "sign-in", "", at)).toBeUndefined();
  expect(textOf(newChallenge(key, "sign-in", at))).not.toBe(textOf(bytes));
});
