import { describe, expect, test } from "vitest";

import { habitRules } from "./tidy/habit-rules";
import { shapeRules } from "./tidy/shape-rules";
import { sourceAt, sourceOf, trackedFiles } from "./tidy/source";

/** The style guide, executable: what a machine can see, no reviewer has to say. */
const rules = [...shapeRules, ...habitRules];
const tracked = trackedFiles();
const files = tracked.filter((path) => !/\.(woff2|png|ico|jpg|pdf|gz)$/.test(path)).map(sourceAt);

describe.each(rules.map((rule) => [rule.name, rule] as const))("%s", (_, { applies, problems, planted, fine }) => {
  test("holds everywhere", () => {
    const found = files
      .filter(({ path }) => applies(path))
      .flatMap((file) => problems(file).map((what) => `${file.path}: ${what}`));
    expect(found).toEqual([]);
  });

  test("finds its planted sample, and leaves the neighbour alone", () => {
    for (const { path } of [planted, fine]) expect(applies(path), `${path} is looked at`).toBe(true);
    expect(problems(sourceOf(planted.path, planted.text))).not.toEqual([]);
    expect(problems(sourceOf(fine.path, fine.text))).toEqual([]);
  });
});

describe("the mirror: every rules file and every router has its test", () => {
  test("holds everywhere", () => expect(withoutMirror(tracked)).toEqual([]));

  test("finds what has none", () => {
    const paths = [
      "server/domain/rating/price.rules.ts",
      "server/api/routers/calls.ts",
      "server/domain/calls/calls.ts",
    ];
    expect(withoutMirror(paths)).toEqual(paths.slice(0, 2));
    expect(
      withoutMirror([...paths, "test/server/domain/rating/price.rules.test.ts", "test/server/api/calls.test.ts"]),
    ).toEqual([]);
  });
});

function withoutMirror(paths: readonly string[]): readonly string[] {
  const there = new Set(paths);
  return paths
    .filter((path) => /\.rules\.ts$|^server\/api\/routers\/[^/]+\.ts$/.test(path) && !path.startsWith("test/"))
    .filter((path) => {
      const mirror = `test/${path.replace(/\.ts$/, ".test.ts")}`;
      return !there.has(mirror) && !there.has(mirror.replace("/routers/", "/"));
    });
}
