import { expect, test } from "vitest";

import { unsound } from "@/test/proof/stress/books";
import { stress } from "@/test/proof/stress/stress";

test("parallel calls on one wallet, with processes and PostgreSQL killed among them: not a micro is lost", {
  timeout: 600_000,
}, async () => {
  const report = await stress({ calls: 400, processes: 4, processKills: 3, postgresKills: 1, seed: 7 });
  expect(unsound(report)).toEqual([]);
  expect(report.calls).toBe(400);
  // All of them were open at once, and the wallet paid for most of them only.
  expect(report.refused).toBeGreaterThan(40);
  expect(report.charged).toBeGreaterThan(0n);
});
