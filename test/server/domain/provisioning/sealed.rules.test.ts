import { expect, test } from "vitest";

import { digestOf, fitsDigest, isToken, newToken, openWith, sealFor } from "@/server/domain/provisioning/sealed.rules";

test("a token is 32 random bytes, and nothing else passes for one", () => {
  const token = newToken();
  expect(Buffer.from(token, "base64url")).toHaveLength(32);
  expect(isToken(token)).toBe(true);
  expect(new Set(Array.from({ length: 1_000 }, newToken)).size).toBe(1_000);
  for (const wrong of ["", token.slice(1), `${token}a`, `${token.slice(1)}/`, `${token.slice(1)}\n`, "../desk"]) {
    expect(isToken(wrong)).toBe(false);
  }
});

test("only the token opens what was sealed with it, and only for its owner", () => {
  const [token, other] = [newToken(), newToken()];
  const sealed = sealFor(token, "link 1", "the secret");
  expect(openWith(token, "link 1", sealed)).toBe("the secret");
  expect(openWith(other, "link 1", sealed)).toBeUndefined();
  expect(openWith(token, "link 2", sealed)).toBeUndefined();
  expect(openWith(token, "link 1", sealed.slice(0, -1))).toBeUndefined();
  expect(Buffer.from(sealed).toString("latin1")).not.toContain("the secret");
});

test("what is kept of a token neither is it nor opens anything", () => {
  const token = newToken();
  const digest = digestOf(token);
  expect(fitsDigest(token, digest)).toBe(true);
  expect(fitsDigest(newToken(), digest)).toBe(false);
  expect(fitsDigest(token, new Uint8Array(0))).toBe(false);
  expect(openWith(Buffer.from(digest).toString("base64url"), "l", sealFor(token, "l", "x"))).toBeUndefined();
});
