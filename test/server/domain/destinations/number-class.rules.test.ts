import { expect, test } from "vitest";

import { classByKind } from "@/server/domain/destinations/number-class.rules";
import { readDialled } from "@/server/domain/rating/dialling.rules";

test.each([
  ["+4930123456", "normal"],
  ["0800 1234567", "normal"],
  ["+493222123456", "normal"],
  ["0900 5123456", "special"],
  ["+49 700 12345678", "special"],
  ["0180 5123456", "special"],
  ["+447012345678", "special"],
  ["+870773112345", "special"],
  ["+80012345678", "special"],
  ["+979123456789", "special"],
  ["110", undefined],
  ["101", undefined],
  ["*43", undefined],
])("from Germany, %s is %s", (dialled, expected) => {
  expect(classByKind(readDialled(dialled, "DE"))).toBe(expected);
});
