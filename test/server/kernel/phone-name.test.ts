import { expect, test } from "vitest";

import { isBrowserPhone, phoneOf, phoneOfChannel } from "@/server/kernel/phone-name";

test("a phone in a browser is known as its extension", () => {
  expect(phoneOf("acme-101.w0a1b2c3d4e5f")).toBe("acme-101");
  expect(phoneOf("acme-101")).toBe("acme-101");
  expect(isBrowserPhone("acme-101.w0a1b2c3d4e5f")).toBe(true);
  expect(isBrowserPhone("acme-101")).toBe(false);
});

test("a name that a stranger tried stays as it was tried", () => {
  for (const name of ["john.doe", "101@sip.example.com", "a.w", ".", ""]) {
    expect(phoneOf(name)).toBe(name);
    expect(isBrowserPhone(name)).toBe(false);
  }
});

test("a channel's name tells whose phone it is, and other channels nothing", () => {
  expect(phoneOfChannel("PJSIP/acme-101-0000002a")).toBe("acme-101");
  expect(phoneOfChannel("PJSIP/acme-101.w0a1b2c3d4e5f-0000002a")).toBe("acme-101");
  expect(phoneOfChannel("Local/s@ringfence-echo-1;1")).toBeUndefined();
  expect(phoneOfChannel("")).toBeUndefined();
});
