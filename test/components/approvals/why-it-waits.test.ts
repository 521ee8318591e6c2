import { expect, test } from "vitest";

import { whyItWaits } from "@/components/approvals/why-it-waits";
import { micros } from "@/server/kernel/money";

const asked = { byReceiver: false, postedAloneMicros: null, currency: "EUR", askedByName: "Ana" };

test("a top-up that waits says why: who wants it, its amount, or what was posted before it", () => {
  expect(whyItWaits({ ...asked, byReceiver: true })).toBe("Its receiver asked for it.");
  expect(whyItWaits(asked)).toBe(
    "By itself, or with what was posted in the 24 hours before, it is more than one person may post.",
  );
  expect(whyItWaits({ ...asked, postedAloneMicros: micros(950_000_000n) })).toBe(
    "With €950.00 that Ana or the command line had posted alone in the 24 hours before, it is more than one person may post.",
  );
});
