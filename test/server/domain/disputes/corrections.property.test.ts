import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";

import { rerate } from "@/server/domain/rerating/rerate-run";
import type { TenantId } from "@/server/kernel/ids";
import { type Chain, makeChain } from "@/test/support/chain";
import { createDatabase, type TestDatabase } from "@/test/support/database";

/**
 * Whatever is charged, disputed, credited, rejected and re-rated, in whatever order: after every step the money adds up,
 * each call comes to what the last decision about it says, and nobody was given more than was charged.
 */
type Step =
  | { do: "talk"; talkMs: number }
  | { do: "open" | "withdraw" | "reject" | "credit"; call: number }
  | { do: "part"; call: number; share: number }
  | { do: "price"; perMinute: number }
  | { do: "rerate" }
  | { do: "drain" };

const call = fc.nat(5);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("talk" as const), talkMs: fc.integer({ min: 1, max: 200_000 }) }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("open" as const), call }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom("withdraw" as const, "reject" as const, "credit" as const), call }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("part" as const), call, share: fc.integer({ min: 1, max: 120 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("price" as const), perMinute: fc.integer({ min: 0, max: 9_000_000 }) }),
  },
  { weight: 2, arbitrary: fc.constant({ do: "rerate" as const }) },
  { weight: 1, arbitrary: fc.constant({ do: "drain" as const }) },
);

let db: TestDatabase;
let on: Chain;
beforeAll(async () => {
  db = await createDatabase();
  on = await makeChain(db);
  await on.sql("UPDATE tenant SET sells_below_cost = true");
});
afterAll(() => db.drop());

type Known = {
  id: string;
  talkMs: number;
  charged: bigint;
  comesTo: bigint;
  dispute: string | undefined;
  credited: boolean;
};
type World = { calls: Known[]; perMinute: bigint; since: Date };

const minutes = (talkMs: number) => BigInt(Math.ceil(talkMs / 60_000));
const portal = { customer: { tenantSlug: "acme" }, lower: { tenantSlug: "lower" } };

async function play(world: World, one: Step): Promise<void> {
  if (one.do === "talk") return talk(world, one.talkMs);
  if (one.do === "price") {
    world.perMinute = BigInt(one.perMinute);
    await on.sql("UPDATE rate SET per_minute_micros = $2 WHERE plan_id = $1", [on.plans.retail, world.perMinute]);
    return;
  }
  if (one.do === "rerate") return rerateAll(world);
  if (one.do === "drain") return drain();
  const known = world.calls[one.call % Math.max(world.calls.length, 1)];
  if (known) await decide(known, one);
}

async function talk(world: World, talkMs: number): Promise<void> {
  const { available } = await on.wallet(on.customer);
  // A free call leaves no charge to correct, and one that nobody can pay is refused.
  if (world.perMinute === 0n || available < world.perMinute * 5n) return;
  const id = await on.talk(talkMs, new Date(Date.now() + talkMs));
  const charged = minutes(talkMs) * world.perMinute;
  world.calls.push({ id, talkMs, charged, comesTo: charged, dispute: undefined, credited: false });
}

async function decide(known: Known, one: Extract<Step, { call: number }>): Promise<void> {
  const [buyer, seller] = [on.as("customer").disputes, on.as("lower").disputes];
  const { dispute: disputeId } = known;
  if (one.do === "open") {
    const opened = buyer.open({ ...portal.customer, callId: known.id });
    if (disputeId) expect(await opened).toMatchObject({ id: disputeId, repeated: true });
    else if (known.comesTo === 0n) await expect(opened).rejects.toMatchObject({ message: "invalid_state" });
    else known.dispute = (await opened).id;
    return;
  }
  if (!disputeId) return;
  if (one.do === "withdraw") await buyer.withdraw({ ...portal.customer, disputeId });
  else if (one.do === "reject") await seller.reject({ ...portal.lower, disputeId, text: "No." });
  else {
    const micros = one.do === "part" ? (known.comesTo * BigInt(one.share)) / 100n : known.comesTo;
    const amount = `${micros / 1_000_000n}.${String(micros % 1_000_000n).padStart(6, "0")}`;
    const credited = seller.credit({ ...portal.lower, disputeId, ...(one.do === "part" ? { amount } : {}) });
    if (known.comesTo === 0n || micros > known.comesTo || micros === 0n) {
      await expect(credited).rejects.toMatchObject({ message: expect.stringMatching(/^invalid_(state|input)$/) });
      return;
    }
    await credited;
    known.comesTo -= micros;
    known.credited = true;
  }
  known.dispute = undefined;
}

async function rerateAll(world: World): Promise<void> {
  let { available } = await on.wallet(on.customer);
  const job = await queued(world);
  const result = await job.run();
  let changed = 0;
  for (const known of world.calls) {
    const wanted = minutes(known.talkMs) * world.perMinute;
    const more = wanted - known.comesTo;
    if (more === 0n || (more > 0n && (known.dispute || known.credited || more > available))) continue;
    available -= more;
    known.comesTo = wanted;
    changed += 1;
  }
  expect(result.changed).toBe(changed);
  // The same job again has nothing left to do.
  const before = await on.wallet(on.customer);
  expect((await job.run()).changed).toBe(changed);
  expect((await on.wallet(on.customer)).posted).toBe(before.posted);
}

/** A re-rating of everything that this world's calls are, as its worker runs it. */
async function queued(world: World) {
  const input = {
    preview: false,
    buyers: [on.customer.tenantId],
    from: world.since.toISOString(),
    until: new Date(Date.now() + 60_000).toISOString(),
    prefix: null,
    chargedBy: null,
    pricePlanId: null,
  };
  const sellerId = on.lower.tenantId as TenantId;
  const { id: taskId } = await on.one<{ id: string }>(
    "INSERT INTO task (tenant_id, kind, title, input, state, created_by) VALUES ($1, 'rating.rerate', 'x', $2, 'running', 'test') RETURNING id",
    [sellerId, input],
  );
  const actor = { kind: "job", id: "test", requestId: randomUUID() } as const;
  const report = async () => {};
  return {
    run: () => rerate({ db: db.app, sellerId, taskId, input, checkpoint: null, actorName: "test", actor, report }),
  };
}

/** Takes all money out of the customer's wallet but a little, so that not every call can be paid up. */
async function drain(): Promise<void> {
  const { available } = await on.wallet(on.customer);
  await on.as_(on.lower.tenantId);
  const take = available - 5_000_000n;
  if (take <= 0n) return;
  await on.sql("SELECT wallet_transfer($1, $2, $3, 'EUR', $4, '', 'test')", [
    on.customer.tenantId,
    on.lower.tenantId,
    take,
    randomUUID(),
  ]);
}

async function expectSound(world: World): Promise<void> {
  expect(await on.sound()).toEqual([]);
  for (const known of world.calls) {
    const paid = await on.paid(known.id);
    expect(paid).toBe(known.comesTo);
    expect(paid >= 0n).toBe(true);
  }
  expect((await on.wallet(on.customer)).available >= 0n).toBe(true);
}

test("every call comes to what the last decision says", { timeout: 600_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
      await on.topUp(on.customer, 60_000_000n);
      const world: World = { calls: [], perMinute: 3_456_780n, since: new Date() };
      await play(world, { do: "price", perMinute: 3_456_780 });
      for (const one of steps) {
        await play(world, one);
        await expectSound(world);
      }
      // The days' sums, which the caps read, follow every decision.
      const spent = await on.one<{ off: string }>(
        `SELECT (sum(charged_micros) - (SELECT -sum(e.amount_micros) FROM ledger_entry e JOIN ledger_transaction x ON x.id = e.transaction_id
           WHERE x.kind IN ('charge', 'correction') AND e.account = 'wallet' AND e.tenant_id = $1))::text AS off FROM spend_day WHERE tenant_id = $1`,
        [on.customer.tenantId],
      );
      expect(spent.off ?? "0").toBe("0");
    }),
    { numRuns: 10 },
  );
});
