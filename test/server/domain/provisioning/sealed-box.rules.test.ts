import { expect, test } from "vitest";

import { fromBox, intoBox, newBox } from "@/server/domain/provisioning/sealed-box.rules";

test("only the key of a box opens what was put into it, for its owner", () => {
  const [box, other] = [newBox(), newBox()];
  const sealed = intoBox(box.publicKey, "batch 0", "the secrets");
  expect(box.key).toHaveLength(43);
  expect(fromBox(box.key, "batch 0", sealed)).toBe("the secrets");
  expect(fromBox(other.key, "batch 0", sealed)).toBeUndefined();
  expect(fromBox(box.key, "batch 1", sealed)).toBeUndefined();
  expect(fromBox(Buffer.from(box.publicKey).toString("base64url"), "batch 0", sealed)).toBeUndefined();
  expect(fromBox("short", "batch 0", sealed)).toBeUndefined();
  expect(Buffer.from(sealed).toString("latin1")).not.toContain("the secrets");
});

test("the same text looks different each time", () => {
  const { publicKey } = newBox();
  expect(intoBox(publicKey, "o", "x")).not.toEqual(intoBox(publicKey, "o", "x"));
});
