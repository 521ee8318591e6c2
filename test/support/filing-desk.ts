import { randomUUID } from "node:crypto";

import type { Tenancy } from "@/test/support/builders";
import { callDesk } from "@/test/support/call-desk";
import { callerFor } from "@/test/support/caller";
import type { TestDatabase } from "@/test/support/database";
import { noonZone } from "@/test/support/noon";
import { retentionDesk } from "@/test/support/retention-desk";
import { fileCalls } from "@/workers/retention/file-calls";

export const CALLED = "493012345678";

/** A seller with a customer whose calls can be made to have been long ago, and the filing of them. */
export async function filingDesk(db: TestDatabase) {
  const on = await retentionDesk(db);
  const { make } = on;
  const seller = await make.tenant("reseller", on.operator, { slug: "seller" });
  const buyer = await make.tenant("customer", seller, { slug: "buyer" });
  await make.assign(seller, await make.plan(on.operator, { "49": { perMinute: 30_000n } }));
  const plan = await make.plan(seller, { "49": { perMinute: 60_000n } });
  await make.assign(buyer, plan);
  for (const of of [seller, buyer]) await make.topUp(of, 100_000_000n);
  const phone = await make.phone(buyer, "101");
  // What is read before the filing and after it is read on one day.
  await make.sql("UPDATE tenant SET time_zone = $1", [noonZone()]);
  const desk = callDesk(db.pool);

  /** Everything that was written of a call, so many days earlier. */
  const age = (id: string, days: number) =>
    make.sql(
      `WITH c AS (UPDATE call SET started_at = started_at - d.d, answered_at = answered_at - d.d, ended_at = ended_at - d.d
         FROM (SELECT $2::int * interval '1 day' AS d) d WHERE id = $1 RETURNING id),
       x AS (UPDATE ledger_transaction SET occurred_at = occurred_at - $2::int * interval '1 day' WHERE call_id = $1 RETURNING id)
       SELECT FROM c LEFT JOIN x ON true`,
      [id, days],
    );
  /** A call through charging itself, so many days ago; without a talk nobody answered it. */
  const call = async (days: number, more: { e164?: string; talkMs?: number; dialled?: string } = {}) => {
    const key = `pbx1-${randomUUID()}`;
    const { talkMs = 61_000, ...of } = more;
    const { call_id: id } = await desk.authorise({ call: key, endpoint: phone.endpoint, e164: CALLED, ...of });
    if (talkMs > 0) await desk.answered(key);
    await desk.settle(key, talkMs, talkMs > 0 ? {} : { outcome: "no_answer" });
    await age(id ?? "", days);
    return { id: id ?? "", key };
  };
  /** A call that was refused: nothing was held for it. */
  const refused = async (days: number) => {
    const key = `pbx1-${randomUUID()}`;
    const { call_id: id } = await desk.authorise({
      call: key,
      endpoint: phone.endpoint,
      e164: "33123456789",
      country: "FR",
    });
    await age(id ?? "", days);
    return { id: id ?? "", key };
  };
  /** The sums have every call that is over. */
  const fold = async () => {
    while ((await make.one<{ n: number }>("SELECT usage_fold(500) AS n")).n > 0);
  };
  const file = async () => {
    await fold();
    return fileCalls(on.context);
  };
  /** Where the records of calls are, by the table. */
  const places = async (): Promise<Record<string, number>> =>
    Object.fromEntries(
      (
        await make.sql<{ part: string; n: number }>(
          "SELECT tableoid::regclass::text AS part, count(*)::int AS n FROM call_record GROUP BY 1 ORDER BY 1",
        )
      ).map(({ part, n }) => [part, n]),
    );
  const portal = async (of: Tenancy) => {
    const { id } = await make.one<{ id: string }>("INSERT INTO person (email) VALUES ($1) RETURNING id", [
      `${randomUUID()}@test.example`,
    ]);
    await make.sql("INSERT INTO seat (tenant_id, user_id, role) VALUES ($1, $2, 'owner')", [of.tenantId, id]);
    return callerFor(db.app, id);
  };
  return { ...on, seller, buyer, plan, phone, desk, age, call, refused, fold, file, places, portal };
}
