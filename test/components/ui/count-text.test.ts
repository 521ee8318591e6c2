import { expect, test } from "vitest";

import { countText } from "@/components/ui/count-text";

test.each([
  [0, "disputes", "0 disputes"],
  [1, "disputes", "1 dispute"],
  [2, "disputes", "2 disputes"],
  [1, "prices", "1 price"],
  [1, "entries", "1 entry"],
])("%i %s is %j", (count, nouns, text) => {
  expect(countText(count, nouns)).toBe(text);
});
