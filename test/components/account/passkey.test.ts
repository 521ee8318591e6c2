import { expect, test } from "vitest";

import { hasPasskeys, passkeyRefusal } from "@/components/account/passkey";

const refused = (name: string) => passkeyRefusal(Object.assign(new Error("said"), { name }));

test("what a browser refuses is told in words, and nothing else is taken for it", () => {
  expect(refused("NotAllowedError")?.title).toBe("No passkey was shown.");
  expect(refused("InvalidStateError")?.title).toMatch(/already/);
  expect(refused("SecurityError")?.next).toMatch(/localhost/);
  expect(refused("TypeError")).toBeUndefined();
  expect(passkeyRefusal("text")).toBeUndefined();
});

test("without a browser there are none", () => expect(hasPasskeys()).toBe(false));
