import { expect, test } from "vitest";

import { spendSentence } from "@/components/home/spend-sentence";

const days = [0n, 7_500_000n, 2_500_000n].map((costMicros, day) => ({
  day: `2026-11-0${day + 1}`,
  costMicros,
  calls: 1,
}));

test("says how much was spent in all, and on which day most of it", () => {
  expect(spendSentence(days, null, "EUR")).toBe("€10.00 in 3 days, most on 2 Nov: €7.50.");
});

test("says on how many days the cap was reached", () => {
  const capped = (cap: bigint) => spendSentence(days, cap, "EUR").split(": €7.50. ")[1];
  expect(capped(8_000_000n)).toBe("The cap of €8.00 a day was not reached.");
  expect(capped(7_500_000n)).toBe("The cap of €7.50 a day was reached on 1 day.");
  expect(capped(1_000_000n)).toBe("The cap of €1.00 a day was reached on 2 days.");
});
