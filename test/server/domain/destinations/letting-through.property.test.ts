import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";

import { authoriseMany } from "@/server/domain/calls/authorise-many";
import { readDialled } from "@/server/domain/rating/dialling.rules";
import { numberClasses } from "@/server/kernel/number-class";
import type { Tenancy } from "@/test/support/builders";
import { callDesk } from "@/test/support/call-desk";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { type Prepaid, prepaid } from "@/test/support/prepaid";

let db: TestDatabase;
let world: Prepaid;
beforeAll(async () => {
  db = await createDatabase();
  world = await prepaid(db);
  await db.owner.query("INSERT INTO fraud_range VALUES ('49152999', 'DE', false, 'planted')");
});
afterAll(() => db.drop());

/** One number of each class, of a country whose plan the library knows. */
const numbers = {
  normal: { e164: "493012345678", numbers: "normal" },
  special: { e164: "499001234567", numbers: "special" },
  fraud: { e164: "4915299912345", numbers: "normal" },
} as const;
const codes = { normal: "DST-01", special: "DST-02", fraud: "DST-06" } as const;
const someClasses = fc.record({ normal: fc.boolean(), special: fc.boolean(), fraud: fc.boolean() });
const mostlyOpen = fc.record({
  normal: fc.integer({ min: 0, max: 4 }).map((n) => n > 0),
  special: fc.integer({ min: 0, max: 4 }).map((n) => n > 0),
  fraud: fc.integer({ min: 0, max: 4 }).map((n) => n > 0),
});

/** A chain of resellers, and what each level lets through: of those above, of the tenant itself, and what it opened. */
const someTree = fc.record({ above: fc.array(mostlyOpen, { minLength: 1, maxLength: 3 }), opened: someClasses });
type Tree = typeof someTree extends fc.Arbitrary<infer T> ? T : never;

async function grow({ above, opened }: Tree): Promise<Tenancy> {
  const { make, operator } = world;
  let parent = operator;
  const chain: Tenancy[] = [];
  for (const [depth] of above.entries()) {
    const tenant = await make.tenant(depth === above.length - 1 ? "customer" : "reseller", parent);
    await make.assign(tenant, await make.plan(parent, { "49": { perMinute: BigInt(10_000 * (depth + 1)) } }));
    await make.topUp(tenant, 10_000_000n);
    chain.push(tenant);
    parent = tenant;
  }
  for (const [depth, open] of above.entries()) {
    for (const of of numberClasses.filter((one) => !open[one])) {
      await make.sql("INSERT INTO destination_closing VALUES ($1, 'DE', $2)", [chain[depth]?.tenantId, of]);
    }
  }
  await make.sql("DELETE FROM destination WHERE tenant_id = $1", [parent.tenantId]);
  if (opened.normal || opened.special || opened.fraud) {
    await make.sql("INSERT INTO destination VALUES ($1, 'DE', $2, $3, $4)", [
      ...[parent.tenantId, opened.normal, opened.special, opened.fraud],
    ]);
  }
  return parent;
}

test("a call is let through exactly when every level lets its class through, one by one and together; emergency calls always", async () => {
  const desk = callDesk(db.pool, "pbx-classes");
  await fc.assert(
    fc.asyncProperty(someTree, async (tree) => {
      const customer = await grow(tree);
      const { endpoint } = await world.make.phone(customer);
      const nothing = !numberClasses.some((of) => tree.opened[of]);
      for (const of of numberClasses) {
        const open = tree.opened[of] && tree.above.every((level) => level[of]);
        const verdict = await desk.authorise({ call: randomUUID(), endpoint, ...numbers[of] });
        expect(verdict.kind, of).toBe(open ? "out" : "refuse");
        if (!open) expect(verdict.code).toBe(nothing ? "DST-01" : codes[of]);
        const call = randomUUID();
        const question = {
          pbx: "pbx-classes",
          call,
          endpoint,
          dialled: `+${numbers[of].e164}`,
          address: "",
          at: new Date(),
        };
        const number = readDialled(question.dialled, "DE");
        const together = await authoriseMany(db.pool, [{ question, number }]);
        // Together only what is sure to pass is decided; whatever is left out is asked about alone.
        expect(together.get(call)?.kind, of).toBe(open && of === "normal" ? "out" : undefined);
        const { rows } = await db.owner.query("SELECT number_class FROM call WHERE pbx_call_id = $1", [call]);
        expect(rows).toEqual(open && of === "normal" ? [{ number_class: "normal" }] : []);
      }
      const help = await desk.authorise({ call: randomUUID(), endpoint, dialled: "112", kind: "emergency" });
      expect(help.kind).toBe("emergency");
    }),
    { numRuns: 25 },
  );
});

test("who is at home where all numbers are fraud's favourites calls there as anywhere; a range within stays one", async () => {
  const { make, operator } = world;
  const tenant = await make.tenant("customer", operator, { country: "CU" });
  await make.assign(tenant, await make.plan(operator, { "53": { perMinute: 10_000n }, "49": { perMinute: 10_000n } }));
  await make.topUp(tenant, 10_000_000n);
  const { endpoint } = await make.phone(tenant);
  const desk = callDesk(db.pool, "pbx-home");
  expect(await desk.authorise({ call: randomUUID(), endpoint, e164: "5351234567", country: "CU" })).toMatchObject({
    kind: "out",
  });
  await make.sql("INSERT INTO destination (tenant_id, country) VALUES ($1, 'DE')", [tenant.tenantId]);
  expect(await desk.authorise({ call: randomUUID(), endpoint, e164: "4915299912345" })).toMatchObject({
    code: "DST-06",
  });
  const { rows } = await db.owner.query("SELECT trace FROM call WHERE tenant_id = $1 AND reason = 'DST-06'", [
    tenant.tenantId,
  ]);
  expect(rows[0].trace.at(-1)).toEqual({ gate: "fraud-prone range", ok: false, value: "49152999", limit: "closed" });
});
