import fc from "fast-check";
import { expect, test } from "vitest";

import { pseudonymKeyOf, readToken, tokensOf } from "@/server/domain/retention/pseudonym.rules";

const key = pseudonymKeyOf("a secret of at least thirty-two letters");
const call = (more: object) => ({
  kind: "external",
  dialled: "",
  to_e164: null,
  from_number: null,
  prefix: "",
  ...more,
});
const out = (to_e164: string, prefix: string, tenant = "t1", by = key) =>
  tokensOf(call({ to_e164, prefix }), by, tenant).to;

test("the same number has one token within a tenant, another elsewhere and under another key", () => {
  const token = out("493012345678", "4930");
  expect(token).toMatch(/^~4930-[0-9a-f]{16}$/);
  expect(out("493012345678", "4930")).toBe(token);
  expect(out("493012345679", "4930")).not.toBe(token);
  expect(out("493012345678", "4930", "t2")).not.toBe(token);
  expect(out("493012345678", "4930", "t1", pseudonymKeyOf("another key"))).not.toBe(token);
  // Who is called and who calls is one person, however it was written.
  expect(tokensOf(call({ kind: "inbound", from_number: "+49 30 12345678" }), key, "t1").from?.slice(-16)).toBe(
    token?.slice(-16),
  );
});

test("the prefix that priced it stays, never the last four digits; without one the country's code", () => {
  expect(out("493012345678", "")).toMatch(/^~49-/);
  expect(out("493012345678", "493012345678")).toMatch(/^~49301234-/);
  expect(out("493012345678", "43")).toMatch(/^~49-/);
  expect(
    tokensOf(
      call({ kind: "inbound", from_number: "+441632960961", dialled: "493012345001", prefix: "4930" }),
      key,
      "t1",
    ),
  ).toEqual({
    to: null,
    from: expect.stringMatching(/^~44-/),
  });
});

test("extensions, echo, emergency and nobody stay as they are; a name that was dialled does not", () => {
  for (const kind of ["internal", "echo", "emergency"]) {
    expect(tokensOf(call({ kind, dialled: "101" }), key, "t1")).toEqual({ to: null, from: null });
  }
  expect(tokensOf(call({ kind: "inbound", from_number: "" }), key, "t1").from).toBeNull();
  expect(tokensOf(call({ kind: "invalid", dialled: "anna.schmidt" }), key, "t1").to).toMatch(/^~-[0-9a-f]{16}$/);
});

test("no number is found in its token, and every token can be read", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[1-9]\d{6,14}$/), fc.nat(15), (number, length) => {
      const token = out(number, number.slice(0, length)) ?? "";
      expect(token).not.toContain(number.slice(0, number.length - 3));
      expect(token.length).toBeLessThanOrEqual(40);
      expect(readToken(token)).toMatch(/^(\+\d+ )?~[0-9a-f]{8}$/);
      // No price is found by a token: it begins like no number.
      expect(token.startsWith("~")).toBe(true);
    }),
  );
  expect(readToken("+493012345678")).toBeUndefined();
});
