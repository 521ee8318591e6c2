import { existsSync } from "node:fs";

import { expect, test } from "vitest";
import type { TestSpecification, Vitest } from "vitest/node";

import { LongestFirst, longest } from "@/test/lanes/longest-first.mjs";

test("the files that take longest are there, and begin first, in this order", async () => {
  expect(longest.filter((name) => !existsSync(name))).toEqual([]);
  const nothing = () => undefined;
  const ctx = { config: { root: "/clone" }, cache: { getFileTestResults: nothing, getFileStats: nothing } };
  const files = ["test/a.test.ts", longest[1], "test/b.test.ts", longest[0]].map((name) => ({
    moduleId: `/clone/${name}`,
    project: { name: "unit", config: { isolate: false, sequence: { groupOrder: 0 } } },
  }));
  const sorted = await new LongestFirst(ctx as unknown as Vitest).sort(files as unknown as TestSpecification[]);
  const names = sorted.map(({ moduleId }) => moduleId.slice("/clone/".length));
  expect(names).toEqual([longest[0], longest[1], "test/a.test.ts", "test/b.test.ts"]);
});
