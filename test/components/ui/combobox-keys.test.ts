import { expect, test } from "vitest";

import { optionAfter } from "@/components/ui/combobox-keys";

test("arrows walk round the options, pages stay within, and other keys are not theirs", () => {
  expect([optionAfter("ArrowDown", -1, 3), optionAfter("ArrowDown", 2, 3)]).toEqual([0, 0]);
  expect([optionAfter("ArrowUp", -1, 3), optionAfter("ArrowUp", 0, 3), optionAfter("ArrowUp", 2, 3)]).toEqual([
    2, 2, 1,
  ]);
  expect([optionAfter("PageDown", -1, 20), optionAfter("PageDown", 15, 20), optionAfter("PageUp", 3, 20)]).toEqual([
    8, 19, 0,
  ]);
  expect(optionAfter("Home", 1, 3)).toBeUndefined();
});

test("an empty list opens, and has nothing to walk to", () => {
  expect(optionAfter("ArrowDown", -1, 0)).toBe(-1);
  expect(optionAfter("PageDown", -1, 0)).toBeUndefined();
});
