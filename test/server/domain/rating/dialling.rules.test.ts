import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { readDialled } from "@/server/domain/rating/dialling.rules";

describe("what a phone dials becomes one number with one country", () => {
  test.each([
    // dialled, home, E.164, country
    ["030123456", "DE", "4930123456", "DE"],
    ["004930123456", "DE", "4930123456", "DE"],
    ["+4930123456", "FR", "4930123456", "DE"],
    ["+49 30 123-456", "DE", "4930123456", "DE"],
    ["(030) 123456", "DE", "4930123456", "DE"],
    ["020 7946 0018", "GB", "442079460018", "GB"],
    ["+44 1534 440044", "GB", "441534440044", "JE"],
    ["0131 496 0000", "GB", "441314960000", "GB"],
    ["06 12 34 56 78", "FR", "33612345678", "FR"],
    ["02 9876 5432", "AU", "61298765432", "AU"],
    ["0011493012345678", "AU", "493012345678", "DE"],
    ["011493012345678", "US", "493012345678", "DE"],
    ["03-1234-5678", "JP", "81312345678", "JP"],
    ["0612345678", "CH", "41612345678", "CH"],
    ["06 6710 2001", "IT", "390667102001", "IT"],
    ["+39 06 698 83712", "IT", "390669883712", "VA"],
    ["8 495 123-45-67", "RU", "74951234567", "RU"],
    ["+7 727 258 8200", "RU", "77272588200", "KZ"],
    ["011 4123 4567", "AR", "541141234567", "AR"],
    ["+1 416 555 0123", "DE", "14165550123", "CA"],
    ["416 555 0123", "US", "14165550123", "CA"],
    ["14165550123", "US", "14165550123", "CA"],
    ["+1 212 555 0123", "CA", "12125550123", "US"],
    ["+1 876 926 5555", "US", "18769265555", "JM"],
    ["+1 809 555 0123", "US", "18095550123", "DO"],
    ["+1 787 555 0123", "US", "17875550123", "PR"],
  ])("%s in %s", (dialled, home, e164, country) => {
    expect(readDialled(dialled, home)).toMatchObject({ kind: "external", e164, country });
  });

  test.each([
    ["+881 6 1234 5678", "XS", "satellite"],
    ["+882 16 1234 5678", "XS", "satellite"],
    ["+870 773 123 456", "XS", "satellite"],
    ["+800 1234 5678", "XN", "toll_free"],
    ["+979 1 2345 6789", "XN", "premium"],
  ])("%s belongs to no country: %s", (dialled, country, type) => {
    expect(readDialled(dialled, "DE")).toMatchObject({ kind: "external", country, type });
  });

  test.each([
    ["0900 5123456", "DE", "premium"],
    ["0909 879 0123", "GB", "premium"],
    ["+1 900 555 0123", "US", "premium"],
    ["0800 1234567", "DE", "toll_free"],
    ["0171 1234567", "DE", "mobile"],
    ["030 123456", "DE", "fixed"],
  ])("%s in %s is of the type %s", (dialled, home, type) => {
    expect(readDialled(dialled, home)).toMatchObject({ kind: "external", type });
  });
});

describe("what must never reach a dial string", () => {
  test.each([
    "500&PJSIP/trunk",
    "500&Local/900@out",
    "+49301234567,30,L(1)",
    "0049301234\r\nX: y",
    "0900-CALL-NOW",
    "call me",
    "sip:100@host",
    "\u0024{EXTEN}",
    "٠٤٩٣٠١٢٣٤٥",
    "+49+30123456",
    "++4930123456",
    "4930#123456",
    "*21",
    "",
    " ",
    "+",
    "1",
    "0049301234567890123456",
    "+4930123456789012345",
    "9".repeat(10_000),
    "4930123456\u0000",
  ])("%j is not a number", (dialled) => {
    expect(readDialled(dialled, "DE").kind).toBe("invalid");
  });

  test("a number outside the plan of a shared code has no country, so it is refused rather than guessed", () => {
    expect(readDialled("+1 555 123 4567", "US").kind).toBe("invalid");
    expect(readDialled("+1 876 000 0000", "US").kind).toBe("invalid");
  });

  test("whatever is dialled, what comes out is digits of a legal length, or nothing", () => {
    const alphabet = fc.constantFrom(..."0123456789+*#-. ()&/@,;:abcPJSIP\r\n\0٣９");
    const text = fc.oneof(
      fc.string(),
      fc.array(alphabet, { maxLength: 30 }).map((letters) => letters.join("")),
    );
    fc.assert(
      fc.property(text, fc.constantFrom("DE", "US", "GB", "IT", "RU", "??", ""), (dialled, home) => {
        const read = readDialled(dialled, home);
        if (read.kind === "external") {
          expect(read.e164).toMatch(/^[1-9][0-9]{4,14}$/);
          expect(read.country).toMatch(/^[A-Z]{2}$/);
        }
        if (read.kind === "internal" || read.kind === "emergency") expect(read.digits).toMatch(/^[0-9]{2,6}$/);
      }),
      { numRuns: 2_000 },
    );
  });
});

test.each([
  ["101", "DE"],
  ["20", "DE"],
  ["999999", "US"],
])("%s in %s may be an own extension", (dialled, home) => {
  expect(readDialled(dialled, home)).toEqual({ kind: "internal", digits: dialled });
});

test("the echo test has its own code", () => {
  expect(readDialled("*43", "DE")).toEqual({ kind: "echo", digits: "*43" });
});

test.each([
  ["112", "DE"],
  ["110", "DE"],
  ["911", "US"],
  ["999", "GB"],
  ["000", "AU"],
  ["10111", "ZA"],
  ["112", "??"],
])("%s in %s is a call for help", (dialled, home) => {
  expect(readDialled(dialled, home)).toEqual({ kind: "emergency", digits: dialled });
});

test("an emergency number with something behind it is not one", () => {
  for (const dialled of ["1122", "112 ext 5", "0112", "+112", "112&PJSIP/trunk"]) {
    expect(readDialled(dialled, "DE").kind, dialled).not.toBe("emergency");
  }
});
