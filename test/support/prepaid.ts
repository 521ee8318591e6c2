import { randomUUID } from "node:crypto";

import { builders, type RateOf, type Tenancy } from "@/test/support/builders";
import { callDesk } from "@/test/support/call-desk";
import type { TestDatabase } from "@/test/support/database";

/** A price by the second, so that a figure in a test can be read: 1 000 micros each. */
export const perSecond: RateOf = { perMinute: 60_000n, first: 1, next: 1 };

/** An operator with customers directly below it, who call and are charged: what most tests of prices need. */
export async function prepaid(db: TestDatabase) {
  const make = builders(db);
  const desk = callDesk(db.pool);
  const operator = await make.tenant("operator", undefined, { slug: "operator" });

  async function customer(money: bigint, rate: RateOf = perSecond, slice = 300) {
    const tenant = await make.tenant("customer", operator);
    const plan = await make.plan(operator, { "49": rate }, { slice });
    await make.assign(tenant, plan);
    if (money > 0n) await make.topUp(tenant, money);
    const phone = await make.phone(tenant);
    const set = (column: string, value: unknown, table = "tenant") =>
      make.sql(`UPDATE ${table} SET ${column} = $2 WHERE ${table === "tenant" ? "id" : "tenant_id"} = $1`, [
        tenant.tenantId,
        value,
      ]);
    const ring = async (at?: Date) => {
      const call = randomUUID();
      const verdict = await desk.authorise({ call, endpoint: phone.endpoint, ...(at ? { at } : {}) });
      return { call, ...verdict };
    };
    return { tenant, plan, phone, set, ring };
  }

  const recordOf = (call: string) =>
    make.one<{
      cost: string;
      reason: string | null;
      trace: { gate: string; ok: boolean; value: string; limit: string }[];
    }>("SELECT cost_micros::text AS cost, reason, trace FROM call WHERE pbx_call_id = $1", [call]);

  return {
    make,
    desk,
    operator,
    customer,
    recordOf,
    heldOf: async (tenant: Tenancy) => (await make.wallet(tenant)).held,
    /** Answers and ends a call, and says what it cost in micros. */
    talk: async (call: string, talkMs: number): Promise<string> => {
      await desk.answered(call);
      await desk.settle(call, talkMs);
      return (await recordOf(call)).cost;
    },
    /** No rows is the proof that the money adds up. */
    differences: () => make.sql("SELECT * FROM ledger_check()"),
  };
}

export type Prepaid = Awaited<ReturnType<typeof prepaid>>;
