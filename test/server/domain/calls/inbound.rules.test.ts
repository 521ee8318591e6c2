import { expect, test } from "vitest";

import { readCalled, readCaller } from "@/server/domain/calls/inbound.rules";

test.each([
  ["+493012345678", "493012345678"],
  ["00493012345678", "493012345678"],
  ["493012345678", "493012345678"],
  ["03012345678", undefined],
  ["+0493012345678", undefined],
  ["4930123456781234", undefined],
  ["112", undefined],
  ["", undefined],
  ["s", undefined],
  ["493012345678&PJSIP/100@carrier", undefined],
  ["493012345678\n", undefined],
  ["٤٩٣٠١٢٣٤٥٦٧٨", undefined],
])("a trunk that says %j was called at %s", (text, digits) => {
  expect(readCalled(text)).toBe(digits);
});

test.each([
  ["+44 1632 960001", "+441632960001"],
  ["(01632) 960-001", "01632960001"],
  ["441632960001", "441632960001"],
  ["anonymous", ""],
  ["", ""],
  ["'); DROP TABLE call; --", ""],
  ["$(id)", ""],
  ["44163\r\nVia: x", ""],
  ["1".repeat(64), ""],
  ["+", ""],
  ["++44", ""],
])("a caller that calls itself %j is %j", (text, number) => {
  expect(readCaller(text)).toBe(number);
});
