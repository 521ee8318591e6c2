import { expect, test } from "vitest";

import { literally, readText } from "@/server/domain/search/reading.rules";

test.each([
  ["+49 30 1234567"],
  ["+49 (0)30 1234567"],
  ["0049 30 1234567"],
  ["0049-30-123 45 67"],
  ["030 1234567"],
  ["030/1234567"],
  ["(030) 123 4567"],
  ["49301234567"],
  ["tel:+49301234567"],
  ["sip:+49301234567@pbx.example:5060;user=phone"],
  ["  +49.30.1234567  "],
])("reads %s as one number in full", (typed) => {
  expect(readText(typed, "DE").numbers).toContain("49301234567");
});

test("reads a national number as its own country writes it", () => {
  expect(readText("020 7946 0958", "GB").numbers).toContain("442079460958");
  expect(readText("020 7946 0958", "DE").numbers).not.toContain("442079460958");
});

test.each([
  ["192.0.2.7", "192.0.2.7"],
  ["192.0.2.7:5060", "192.0.2.7"],
  ["sip:101@192.0.2.7", undefined],
  ["[2001:DB8::1]:5061", "2001:db8::1"],
  ["2001:db8::1", "2001:db8::1"],
  ["999.0.2.7", undefined],
])("reads the address in %s", (typed, address) => expect(readText(typed, "DE").address).toBe(address));

test("reads names of things", () => {
  expect(readText("INC-142", "DE").incident).toBe(142);
  expect(readText("#7", "DE").incident).toBe(7);
  expect(readText("2026-000123", "DE").statement).toBe("2026-000123");
  expect(readText("0B54CAFE-0000-4000-8000-000000000001", "DE").id).toBe("0b54cafe-0000-4000-8000-000000000001");
});

test("is not led astray", () => {
  expect(readText("%", "DE")).toEqual({ text: "%", numbers: [] });
  expect(readText("+", "DE").digits).toBeUndefined();
  expect(readText("1".repeat(200), "DE").numbers).toEqual([]);
  expect(readText("030 1234567", "ZZ").numbers).toEqual([]);
  expect(readText("'; DROP TABLE call; --", "DE").digits).toBeUndefined();
  expect(literally("100%_\\")).toBe("100\\%\\_\\\\");
});
