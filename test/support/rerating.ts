import { expect } from "vitest";

import type { RerateResult } from "@/server/domain/rerating/rerate.schema";
import { builders, type Tenancy } from "@/test/support/builders";
import { callerFor } from "@/test/support/caller";
import type { TestDatabase } from "@/test/support/database";
import { pastCharges } from "@/test/support/past-charges";
import { taskContext } from "@/test/support/task-context";
import { taskWorks } from "@/workers/tasks/all";
import { runTask } from "@/workers/tasks/run-task";

export const MARCH = new Date("2026-03-01T00:00:00Z");
const PRICE = 10_000n;
const CALLS = 30;
const period = { periodFrom: "2026-03-01", periodTo: "2026-03-31" };

export type Rerating = Awaited<ReturnType<typeof makeRerating>>;
export type RerateFilter = Partial<Omit<Parameters<ReturnType<typeof callerFor>["rerating"]["run"]>[0], "tenantSlug">>;

/** A seller with two customers on one plan, each with thirty past calls of 0.02, and its owner at the portal. */
export async function makeRerating(db: TestDatabase, operator: Tenancy) {
  const make = builders(db);
  const seller = await make.tenant("reseller", operator);
  const plan = await make.plan(seller, { "49": { perMinute: PRICE } });
  const { name: planName } = await make.one<{ name: string }>("SELECT name FROM plan WHERE id = $1", [plan]);
  const buyers = [await make.tenant("customer", seller), await make.tenant("customer", seller)];
  // In the order in which a job takes them.
  buyers.sort((a, b) => (a.tenantId < b.tenantId ? -1 : 1));
  const ids = buyers.map(({ tenantId }) => tenantId);
  for (const of of buyers) {
    await make.assign(of, plan);
    await make.phone(of, "101");
    await pastCharges(db.owner, { of, plan: planName, perMinute: PRICE, calls: CALLS, from: MARCH });
  }
  const { id: userId } = await make.one<{ id: string }>("INSERT INTO person (email) VALUES ($1) RETURNING id", [
    `${crypto.randomUUID()}@test.example`,
  ]);
  await make.sql("INSERT INTO seat (tenant_id, user_id, role) VALUES ($1, $2, 'owner')", [seller.tenantId, userId]);

  const portal = () => callerFor(db.app, userId);
  const setPrice = (perMinute: bigint) =>
    make.sql("UPDATE rate SET per_minute_micros = $2 WHERE plan_id = $1", [plan, perMinute]);
  const context = () => taskContext({ db: db.app, pool: db.pool }, seller.tenantId);
  const ask = (how: "preview" | "run", filter: RerateFilter = { chargedBy: planName }) =>
    portal().rerating[how]({ tenantSlug: seller.slug, ...period, ...filter });
  const task = (taskId: string) => portal().tasks.get({ tenantSlug: seller.slug, taskId });
  async function whole(how: "preview" | "run", filter?: RerateFilter): Promise<RerateResult> {
    const { taskId } = await ask(how, filter);
    await runTask(context(), taskId, taskWorks);
    const { state, result, error } = await task(taskId);
    expect([state, error]).toEqual(["done", null]);
    return result as RerateResult;
  }
  /** What each call of the seller's customers comes to, by what is linked to its charge. */
  const comesTo = () =>
    make.sql<{ sum: string; calls: number }>(
      `SELECT sum, count(*)::int AS calls FROM (
         SELECT (-sum(e.amount_micros))::text AS sum FROM ledger_transaction x JOIN ledger_transaction y ON x.id IN (y.id, y.corrects_id)
         JOIN ledger_entry e ON e.transaction_id = y.id AND e.account = 'wallet' WHERE x.kind = 'charge' AND x.tenant_id = ANY ($1) GROUP BY x.id) s
       GROUP BY 1 ORDER BY 1`,
      [ids],
    );
  const charges = () =>
    make.sql(
      `SELECT x::text, e::text, h::text, c::text FROM ledger_transaction x JOIN ledger_entry e ON e.transaction_id = x.id JOIN hold h ON h.call_id = x.call_id
       JOIN call c ON c.id = x.call_id WHERE x.kind = 'charge' AND x.tenant_id = ANY ($1) ORDER BY 1, 2`,
      [ids],
    );
  const spent = () =>
    make.one<{ sum: string }>("SELECT sum(charged_micros)::text AS sum FROM spend_day WHERE tenant_id = ANY ($1)", [
      ids,
    ]);
  const sound = async () => expect(await make.sql("SELECT * FROM ledger_check()")).toEqual([]);

  return {
    seller,
    buyers,
    plan,
    planName,
    portal,
    setPrice,
    context,
    ask,
    task,
    whole,
    comesTo,
    charges,
    spent,
    sound,
  };
}
