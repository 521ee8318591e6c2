import { expect, test } from "vitest";

import { nextOf } from "@/components/incidents/use-next-incident";

test.each([
  [["b", "c"], 0, "b"],
  [["a", "c"], 1, "c"],
  [["a", "b"], 2, "b"],
  [[], 0, undefined],
])("of %j, what follows place %i is %s", (rows, place, next) => {
  expect(
    nextOf(
      rows.map((id) => ({ id })),
      place,
    ),
  ).toBe(next);
});
