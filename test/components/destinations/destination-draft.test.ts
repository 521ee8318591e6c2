import { expect, test } from "vitest";

import {
  type Country,
  changesIn,
  classesOf,
  effectText,
  lockOf,
  openAmong,
  previewOf,
  shownOpen,
  withSwitch,
} from "@/components/destinations/destination-draft";

const none = { normal: false, special: false, fraud: false };
const country = (code: string, more: Partial<Country> = {}): Country => ({
  ...{ country: code, name: code, continent: "europe", callingCode: "1", open: false, recentCalls: 0, fraudRanges: 0 },
  ...{ opened: none, closedBelow: none, closedAbove: none },
  ...more,
});
const france = country("FR", { opened: { ...none, normal: true } });
const shut = country("CU", { opened: { ...none, fraud: true }, closedAbove: { ...none, fraud: true } });

test("a switch turned and turned back is no change", () => {
  const once = withSwitch({}, { item: france, of: "special", reach: "own", open: true });
  expect(changesIn(once)).toEqual([{ country: "FR", numbers: "special", open: true }]);
  expect(withSwitch(once, { item: france, of: "special", reach: "own", open: false })).toEqual({});
  expect(withSwitch({}, { item: france, of: "normal", reach: "own", open: true })).toEqual({});
});

test("what a tenant above closed stays closed, whatever is opened here", () => {
  expect(shownOpen({}, shut, "fraud", "own")).toBe(false);
  expect(withSwitch({}, { item: shut, of: "fraud", reach: "own", open: true })).toEqual({});
  expect(lockOf(shut, "fraud", "below")).toBe("closed by your provider");
});

test("for those below, all is open until it is closed; that closes it here as well", () => {
  const closed = country("IT", { opened: { ...none, normal: true }, closedBelow: { ...none, normal: true } });
  expect(shownOpen({}, closed, "special", "below")).toBe(true);
  expect(shownOpen({}, closed, "normal", "below")).toBe(false);
  expect(lockOf(closed, "normal", "own")).toBe("closed for everybody below");
});

test("a question names countries by class, in one order", () => {
  expect(previewOf({ "IT normal": true, "FR normal": true, "DE fraud": false })).toEqual({
    opens: { normal: "FR IT", special: "", fraud: "" },
    closes: { normal: "", special: "", fraud: "DE" },
  });
});

test("the switch for all says all, some or none of those that can be switched", () => {
  expect(openAmong({}, [france, shut], "normal", "own")).toBe("some");
  expect(openAmong({ "CU normal": true }, [france, shut], "normal", "own")).toBe("all");
  expect(openAmong({}, [france, shut], "fraud", "own")).toBe("none");
  expect(classesOf("XS")).toEqual(["special", "fraud"]);
});

test.each([
  [{ refused: 0, phones: 0, passed: 0 }, "No call of the last 90 days would have met it."],
  [{ refused: 12, phones: 1, passed: 0 }, "In the last 90 days, 12 calls of 1 phone would have been refused."],
  [
    { refused: 1, phones: 1, passed: 2 },
    "In the last 90 days, 1 call of 1 phone would have been refused, and 2 refused calls would have passed.",
  ],
])("%j in words", (effect, words) => {
  expect(effectText(effect)).toBe(words);
});
