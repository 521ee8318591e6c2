import { expect, test } from "vitest";

import { isSameOrigin } from "@/server/auth/same-origin";

const asked = (method: string, headers: Record<string, string>) =>
  isSameOrigin({ method, headers: new Headers({ host: "portal.example", ...headers }), own: "https://portal.example" });

test.each([
  ["a form on another site", { origin: "https://evil.example", "sec-fetch-site": "cross-site" }],
  ["another site in an old browser", { origin: "https://evil.example" }],
  ["a sibling domain", { origin: "https://shop.portal.example", "sec-fetch-site": "same-site" }],
  ["a sandboxed frame", { origin: "null" }],
  ["another port of the host", { origin: "https://portal.example:8443" }],
  ["a lie about the origin", { origin: "https://portal.example", "sec-fetch-site": "cross-site" }],
])("%s may not change anything", (_what, headers) => expect(asked("POST", headers)).toBe(false));

test.each([
  ["our own page", { origin: "https://portal.example", "sec-fetch-site": "same-origin" }],
  ["our own page behind a proxy that renames the host", { host: "web:3000", origin: "https://portal.example" }],
  ["a program without a browser", {}],
])("%s may", (_what, headers) => expect(asked("POST", headers)).toBe(true));

test("reading is not asked: it changes nothing", () => {
  expect(asked("GET", { origin: "https://evil.example", "sec-fetch-site": "cross-site" })).toBe(true);
});
