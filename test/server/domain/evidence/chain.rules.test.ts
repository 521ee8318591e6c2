import { expect, test } from "vitest";

import { chainOf, link, sha256Of } from "@/server/domain/evidence/chain.rules";

const items = ["a", "b", "c"].map((name) => ({ name: `${name}.jsonl`, sha256: sha256Of(name), note: "" }));

test("the head depends on every item, on their order, on what is missing and on the snapshot before", () => {
  const [a, b, c] = items;
  if (!a || !b || !c) throw new Error("three items");
  const heads = [
    [undefined, items],
    [sha256Of("before"), items],
    [undefined, [b, a, c]],
    [undefined, [a, b]],
    [undefined, [a, b, { ...c, sha256: sha256Of("other") }]],
    [undefined, [a, b, { ...c, name: "d.jsonl" }]],
    [undefined, [a, b, { ...c, note: "Cut." }]],
    [undefined, [a, b, { ...c, sha256: null, note: "Missing." }]],
  ] as const;
  const values = heads.map(([before, some]) => chainOf(before, some).at(-1));
  expect(new Set(values).size).toBe(heads.length);
});

test("each value is made of the one before, and a name cannot run into a hash", () => {
  const chain = chainOf(undefined, items);
  expect(chain).toHaveLength(3);
  expect(chain[1]).toBe(link(chain[0] ?? "", items[1] ?? { name: "", sha256: null, note: "" }));
  expect(link("0", { name: "ab", sha256: null, note: "c" })).not.toBe(
    link("0", { name: "a", sha256: null, note: "bc" }),
  );
});
