import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";

import { codeMutations, sqlMutations } from "@/test/proof/mutations/all";
import { planted, withSqlMutation } from "@/test/proof/mutations/apply";
import { Overlay, plantedCode } from "@/test/proof/mutations/overlay";
import { Simulation } from "@/test/proof/sim/simulate";
import { examples, firstFailure } from "@/test/proof/suite";
import { createDatabase, type TestDatabase } from "@/test/support/database";

let db: TestDatabase;
let simulation: Simulation;

beforeAll(async () => {
  db = await createDatabase();
  simulation = await Simulation.open(db);
});
afterAll(async () => {
  await simulation?.close();
  await db?.drop();
});

const root = process.cwd();
/** One that the first worlds show, and one that needs an accident; `npm run mutations` plants all of them. */
const sampled = ["the worker settles whole seconds only", "the PBX is granted more than was put aside"];

test("every planted fault fits the code as it is", async () => {
  const names = [...sqlMutations, ...codeMutations].map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names.length).toBeGreaterThanOrEqual(30);
  for (const one of sqlMutations) expect(await planted(simulation.owner, one)).not.toContain(one.find);
  for (const one of codeMutations) expect(plantedCode(root, one)).not.toBe("");
});

test("the code without one passes", { timeout: 600_000 }, async () => {
  expect(await firstFailure(db, simulation, 3)).toBeUndefined();
  expect(examples.length).toBeGreaterThan(20);
});

describe("the proofs notice when", () => {
  test.each(sqlMutations)("$of: $name", { timeout: 600_000 }, async (one) => {
    const failure = await withSqlMutation(simulation.owner, one, () => firstFailure(db, simulation, 60, one.caughtBy));
    expect(failure).toBeDefined();
  });

  test.each(codeMutations.filter(({ name }) => sampled.includes(name)))(
    "$file: $name",
    { timeout: 600_000 },
    async (one) => {
      const overlay = new Overlay(root);
      try {
        expect(await overlay.failureOf(one, inject("adminUrl"), 60)).toBeDefined();
      } finally {
        overlay.close();
      }
    },
  );
});
