import { randomUUID } from "node:crypto";

import { builders, type Tenancy } from "@/test/support/builders";
import { callDesk } from "@/test/support/call-desk";
import { callerFor } from "@/test/support/caller";
import type { TestDatabase } from "@/test/support/database";

export type Chain = Awaited<ReturnType<typeof makeChain>>;

/**
 * Three levels that pay for one call, each with an owner and prices of digits that appear nowhere else: an operator, a
 * reseller, a reseller below it, and its customer with one telephone. The operator must not be there yet.
 */
export async function makeChain(db: TestDatabase) {
  const make = builders(db);
  const desk = callDesk(db.pool, randomUUID());
  const owner = async (of: Tenancy): Promise<string> => {
    const { id } = await make.one<{ id: string }>("INSERT INTO person (email) VALUES ($1) RETURNING id", [
      `${randomUUID()}@test.example`,
    ]);
    await make.sql("INSERT INTO seat (tenant_id, user_id, role) VALUES ($1, $2, 'owner')", [of.tenantId, id]);
    return id;
  };
  const operator = await make.tenant("operator", undefined, { slug: "operator" });
  const upper = await make.tenant("reseller", operator, { slug: "upper" });
  const lower = await make.tenant("reseller", upper, { slug: "lower" });
  const customer = await make.tenant("customer", lower, { slug: "acme" });
  const tenants = { operator, upper, lower, customer };
  const wholesale = await make.plan(operator, { "49": { perMinute: 1_234_566n } });
  const middle = await make.plan(upper, { "49": { perMinute: 2_345_679n } });
  const retail = await make.plan(lower, { "49": { perMinute: 3_456_780n } });
  await make.assign(upper, wholesale);
  await make.assign(lower, middle);
  await make.assign(customer, retail);
  for (const of of [upper, lower, customer]) await make.topUp(of, 500_000_000n);
  const phone = await make.phone(customer, "101");
  const owners = {
    operator: await owner(operator),
    upper: await owner(upper),
    lower: await owner(lower),
    customer: await owner(customer),
  };

  /** One whole call of the customer; returns its id. */
  const talk = async (talkMs: number, endedAt = new Date(), e164?: string): Promise<string> => {
    const call = randomUUID();
    const answeredAt = new Date(endedAt.getTime() - talkMs);
    const { kind, code, call_id } = await desk.authorise({
      call,
      endpoint: phone.endpoint,
      at: answeredAt,
      ...(e164 ? { e164 } : {}),
    });
    if (kind !== "out" || !call_id) throw new Error(`the call was refused: ${code}`);
    await desk.answered(call, answeredAt);
    await desk.settle(call, talkMs, { at: endedAt });
    return call_id;
  };

  /** What one level paid for a call by now: the sum over everything in its wallet that is linked to the charge. */
  const paid = async (callId: string, level = 0): Promise<bigint> => {
    const { sum } = await make.one<{ sum: string }>(
      `SELECT coalesce(-sum(e.amount_micros), 0)::text AS sum FROM ledger_transaction x JOIN ledger_transaction y ON x.id IN (y.id, y.corrects_id)
       JOIN ledger_entry e ON e.transaction_id = y.id AND e.account = 'wallet' WHERE x.posting_key = 'call:' || $1::text || ':' || $2::text`,
      [callId, level],
    );
    return BigInt(sum);
  };

  const as_ = make.as;
  const sound = () => make.sql("SELECT * FROM ledger_check()");

  return {
    ...make,
    ...tenants,
    tenants,
    plans: { wholesale, middle, retail },
    owners,
    owner,
    phone,
    desk,
    talk,
    paid,
    sound,
    as_,
    as: (who: keyof typeof owners | { userId: string }) =>
      callerFor(db.app, typeof who === "string" ? owners[who] : who.userId),
  };
}
