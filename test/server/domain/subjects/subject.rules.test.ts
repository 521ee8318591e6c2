import { expect, test } from "vitest";

import { digitsOf, patternOfAddress, patternOfNumber } from "@/server/domain/subjects/subject.rules";

/** The expressions are written so that PostgreSQL and the language read them alike. */
const found = (pattern: string, text: string) => new RegExp(pattern, "i").test(text);

test("a number is found however it is grouped, and never as a part of a longer one", () => {
  const pattern = patternOfNumber("493012345678");
  for (const text of [
    "+493012345678",
    "call 00493012345678.",
    "+49 (30) 1234-5678",
    "to:493012345678;x",
    "49/30/12345678",
  ])
    expect(found(pattern, text)).toBe(true);
  for (const text of ["1493012345678", "4930123456789", "49301234567", "+49301234568", ""])
    expect(found(pattern, text)).toBe(false);
  expect("Call to +493012345678 at noon".replace(new RegExp(pattern), "~49-x")).toBe("Call to ~49-x at noon");
});

test("an address is found in any case, and never as a part of a longer one", () => {
  const pattern = patternOfAddress("a.b+c@example.com");
  for (const text of ["A.B+C@Example.com", "<a.b+c@example.com>", "write to a.b+c@example.com."])
    expect(found(pattern, text)).toBe(true);
  for (const text of [
    "xa.b+c@example.com",
    "a.b+c@example.com.au",
    "a.b+c@example.community",
    "aXb+c@example.com",
    "a.b+c@example.com-x",
  ])
    expect(found(pattern, text)).toBe(false);
});

test("a number is told in full or not at all", () => {
  expect(digitsOf(" +49 (30) 1234-5678 ")).toBe("493012345678");
  for (const text of ["493012345678", "+0123456", "+12", "+49 30 12x", "a@b.example"])
    expect(digitsOf(text)).toBeUndefined();
});
