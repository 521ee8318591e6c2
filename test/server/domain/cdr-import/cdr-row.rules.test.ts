import { expect, test } from "vitest";

import { keyOf } from "@/server/domain/cdr-import/cdr-row.rules";

test("the same record has the same key, and fields do not run into each other", () => {
  expect(keyOf("pbx1", "id", "1.1", "2")).toMatch(/^[0-9a-f]{32}$/);
  expect(keyOf("pbx1", "id", "1.1", "2")).toBe(keyOf("pbx1", "id", "1.1", "2"));
  expect(keyOf("pbx1", "id", "1.12")).not.toBe(keyOf("pbx1", "id", "1.1", "2"));
});
