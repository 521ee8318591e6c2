import { expect, test } from "vitest";

import { factorKeysOf, seal, unseal } from "@/server/domain/people/seal.rules";

const { seal: key } = factorKeysOf("a secret of the environment");
const secret = Buffer.from("twenty bytes of chance");

test("what is sealed opens for its owner only, with the same key, unchanged", () => {
  const sealed = seal(key, "ada", secret);
  expect(unseal(key, "ada", sealed)).toEqual(secret);
  expect(unseal(key, "eve", sealed)).toBeUndefined();
  expect(unseal(factorKeysOf("another secret").seal, "ada", sealed)).toBeUndefined();
  for (let at = 0; at < sealed.length; at += 1) {
    const changed = Uint8Array.from(sealed, (byte, index) => (index === at ? byte ^ 1 : byte));
    expect(unseal(key, "ada", changed)).toBeUndefined();
  }
  expect(unseal(key, "ada", sealed.subarray(0, 10))).toBeUndefined();
});

test("the same is never sealed alike, and says nothing of itself", () => {
  expect(seal(key, "ada", secret)).not.toEqual(seal(key, "ada", secret));
  expect(Buffer.from(seal(key, "ada", secret)).includes("twenty")).toBe(false);
});
