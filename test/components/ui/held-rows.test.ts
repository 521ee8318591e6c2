import { describe, expect, it } from "vitest";

import { holdRows, type Known, sameRows, seeRows, takeRows } from "@/components/ui/held-rows";

type Row = Readonly<{ id: string; state: string }>;
const list = (...ids: string[]): readonly Row[] => ids.map((id) => ({ id, state: "before" }));
const keyOf = ({ id }: Row): string => id;
const of = (rows: readonly Row[]) => ({ rows, keyOf });
const known: Known<Row> = { scope: "all", rows: list("b", "c", "d"), fresh: new Set() };

describe("rows under the pointer", () => {
  it("stay where they are when others come, go or change places, and are counted and named", () => {
    const held = holdRows(known, of(list("a", "d", "b")));
    expect(held.rows.map(keyOf)).toEqual(["b", "c", "d"]);
    expect(held.waiting).toBe(1);
    expect([...held.gone]).toEqual(["c"]);
  });

  it("say what is known of them now", () => {
    const held = holdRows(known, of([{ id: "c", state: "after" }]));
    expect(held.rows.map(({ state }) => state)).toEqual(["before", "after", "before"]);
  });

  it("leave as they were seen last", () => {
    const seen = seeRows(known, of([{ id: "c", state: "after" }]));
    expect(holdRows(seen, of([])).rows.map(({ state }) => state)).toEqual(["before", "after", "before"]);
    expect(seeRows(seen, of(seen.rows))).toBe(seen);
  });

  it("are let go in the new order, with what came marked", () => {
    const letGo = takeRows(known, of(list("a", "d", "b")), "all");
    expect(letGo.rows.map(keyOf)).toEqual(["a", "d", "b"]);
    expect([...letGo.fresh]).toEqual(["a"]);
  });

  it("are all new, and none marked, in another list", () => {
    expect([...takeRows(known, of(list("x", "y")), "refused").fresh]).toEqual([]);
  });

  it("need no letting go while they are the same in the same order", () => {
    expect(sameRows(known, of(list("b", "c", "d")))).toBe(true);
    expect(sameRows(known, of(list("c", "b", "d")))).toBe(false);
    expect(sameRows(known, of(list("b", "c")))).toBe(false);
  });
});
