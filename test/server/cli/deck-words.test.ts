import { expect, test } from "vitest";

import { effectLines } from "@/server/cli/deck-words";
import type { DeckEffect } from "@/server/domain/decks/decks";

const effect: DeckEffect = {
  side: "below",
  seller: "Hansa",
  plan: "Office",
  floorPpm: 0,
  compared: 9,
  belowCost: 0,
  belowFloor: 2,
};
const earned = { calls: 12, now: "1500000", later: "-250000", losing: 0, loss: "0", unpriced: 0 };

test("a deck's effect names what thirty days of calls leave each seller, and only what there is to tell", () => {
  const lines = (of: Partial<DeckEffect>) => effectLines({ currency: "EUR", effects: [{ ...effect, ...of }] });
  expect(lines({})).toEqual([]);
  expect(lines({ earned: { ...earned, calls: 0, now: "0", later: "0" } })).toEqual([]);
  expect(lines({ currency: "JPY" })).toEqual(["Hansa, Office: its prices are in JPY and were not compared."]);
  expect(lines({ earned })).toEqual([
    "Hansa, Office: 12 calls of the last 30 days would earn -0.250000 EUR instead of 1.500000 EUR.",
  ]);
  expect(lines({ belowCost: 2, earned: { ...earned, losing: 3, loss: "410000", unpriced: 1 } })).toEqual([
    "Hansa, Office: 2 prices would be below what is paid for them.",
    "Hansa, Office: 12 calls of the last 30 days would earn -0.250000 EUR instead of 1.500000 EUR. 3 of them would be sold below cost and lose 0.410000 EUR. 1 of them would have no price.",
  ]);
});
