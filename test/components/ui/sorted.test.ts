import { expect, test } from "vitest";

import { ascending, descending, sortBy, wayOf } from "@/components/ui/sorted";

const name = ascending("name");
const spent = descending("spent");

test("a list is in order by one column, in the way its name means or the other", () => {
  expect(wayOf(name, "name")).toBe("ascending");
  expect(wayOf(name, "-name")).toBe("descending");
  expect(wayOf(spent, "spent")).toBe("descending");
  expect(wayOf(spent, "-spent")).toBe("ascending");
  expect(wayOf(spent, "name")).toBeUndefined();
});

test("a column's head asks for its own order first, and then turns it round and back", () => {
  expect(sortBy(spent, "name")).toBe("spent");
  expect(sortBy(spent, "spent")).toBe("-spent");
  expect(sortBy(spent, "-spent")).toBe("spent");
});
