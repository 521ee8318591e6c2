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
  for (const text of [
    "493012345678",
    "+0123456",
    "+12",
    "+49 30 12x",
    "a@b.example",
    // Days and amounts that somebody put a plus before.
    "+20250314",
    "+250000",
    "+2500000",
    "+4930123456789012",
  ])
    expect(digitsOf(text)).toBeUndefined();
});

test("a day or an amount is never taken for a number, and the number beside it is still found", () => {
  const at = (digits: string, text: string) => text.replace(new RegExp(patternOfNumber(digits), "gi"), "~x");
  // Digits that could be a number of Egypt, of Rwanda, of America.
  expect(at("2025031410", "2025-03-14 10:00, 2025-03-14T10:00, 2025-03-14 10")).toBe(
    "2025-03-14 10:00, 2025-03-14T10:00, 2025-03-14 10",
  );
  expect(at("250000000000", "250000.000000 paid, -250000.000000, 250000000000.50")).toBe(
    "250000.000000 paid, -250000.000000, 250000000000.50",
  );
  expect(at("14155550100", "2025-03-14 155550100 and 0.14155550100")).toBe("2025-03-14 155550100 and 0.14155550100");
  expect(at("493012342025", "49301234 2025-03-14")).toBe("49301234 2025-03-14");
  expect(at("2025031410", "+20 25031410 on 2025-03-14, 2025031410.")).toBe("~x on 2025-03-14, ~x.");
  expect(at("250000000000", "+250.000000000, 250 000 000 000; 250.000.000.000")).toBe("~x, ~x; ~x");
  expect(at("14155550100", "2025-03-14 14155550100, 2025-03-14 1-415-555-0100")).toBe("2025-03-14 ~x, 2025-03-14 ~x");
});
