import { expect, test } from "vitest";

import { securityHeaders } from "@/server/auth/security-headers";

const headers = (more: Partial<Parameters<typeof securityHeaders>[0]> = {}) =>
  securityHeaders({ nonce: "abc", secure: false, house: true, development: false, ...more });

test("scripts run with this response's nonce only, and nobody may frame a page", () => {
  const policy = headers()["content-security-policy"] ?? "";
  expect(policy).toContain("script-src 'self' 'nonce-abc' 'strict-dynamic';");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).toContain("object-src 'none'");
  expect(policy).toContain("base-uri 'none'");
  expect(policy).not.toMatch(/script-src[^;]*unsafe/);
  expect(headers()).toMatchObject({
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
  });
});

test("the promise to use TLS is made over TLS only", () => {
  expect(headers()["strict-transport-security"]).toBeUndefined();
  expect(headers({ secure: true })["strict-transport-security"]).toMatch(/max-age=31536000/);
});

test("the promise reaches below the house's own name, and not below that of a brand", () => {
  expect(headers({ secure: true })["strict-transport-security"]).toBe("max-age=31536000; includeSubDomains");
  expect(headers({ secure: true, house: false })["strict-transport-security"]).toBe("max-age=31536000");
});

test("only the development server may evaluate code", () => {
  expect(headers({ development: true })["content-security-policy"]).toContain("'unsafe-eval'");
});

test("a page speaks to the telephone system and to a microphone where phones in the browser are set up, and only then", () => {
  const { "content-security-policy": policy, "permissions-policy": devices } = headers({
    phoneUrl: "wss://portal.example.com:8443/sip/ws",
  });
  expect(policy).toContain("connect-src 'self' wss://portal.example.com:8443;");
  expect(devices).toContain("microphone=(self)");
  expect(headers()["content-security-policy"]).toContain("connect-src 'self';");
  expect(headers()["permissions-policy"]).toContain("microphone=()");
});

test("a picture that somebody sent here runs nothing and loads nothing, whoever opens it by itself", () => {
  const { "content-security-policy": policy, ...others } = headers({ picture: true });
  expect(policy).toBe("default-src 'none'; style-src 'unsafe-inline'; sandbox");
  expect(others).toMatchObject({ "x-content-type-options": "nosniff", "x-frame-options": "DENY" });
});
