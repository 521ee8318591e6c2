import { resultSchema } from "@/server/domain/cdr-import/import-progress";
import { builders } from "@/test/support/builders";
import { callDesk } from "@/test/support/call-desk";
import { cdrFiles, masterLine } from "@/test/support/cdr-files";
import type { TestDatabase } from "@/test/support/database";

const T0 = new Date("2026-03-10T12:00:00Z");

export type MadeCall = { call: string; id: string; startedAt: Date };

/** A reseller with one customer whose calls are set against files of call records, read at the operator. */
export async function cdrCompany(db: TestDatabase) {
  const make = builders(db);
  const desk = callDesk(db.pool);
  const operator = await make.tenant("operator");
  const reseller = await make.tenant("reseller", operator, { slug: "reseller" });
  const acme = await make.tenant("customer", reseller, { slug: "acme" });
  await make.assign(reseller, await make.plan(operator, { "49": { perMinute: 30_000n, first: 1, next: 1 } }));
  await make.assign(acme, await make.plan(reseller, { "49": { perMinute: 60_000n, first: 1, next: 1 } }));
  await make.topUp(reseller, 1_000_000_000n);
  await make.topUp(acme, 1_000_000_000n);
  await make.sql("UPDATE tenant SET max_calls = 1000, max_calls_per_minute = 100000");
  const phone = await make.phone(acme, "101");
  const files = cdrFiles(db, operator.tenantId);
  let count = 0;

  async function open(startedAt: Date, number = "493012345678"): Promise<MadeCall> {
    count += 1;
    const call = `pbx1-1770000000.${count}`;
    const { call_id } = await desk.authorise({
      call,
      endpoint: phone.endpoint,
      e164: number,
      dialled: number,
      at: startedAt,
    });
    return { call, id: call_id ?? "", startedAt };
  }
  async function talked(startedAt: Date, seconds: number, number?: string): Promise<MadeCall> {
    const made = await open(startedAt, number);
    const answeredAt = new Date(startedAt.getTime() + 3_000);
    await desk.answered(made.call, answeredAt);
    await desk.settle(made.call, seconds * 1000, { at: new Date(answeredAt.getTime() + seconds * 1000) });
    return made;
  }
  const differences = () =>
    make.sql<{ kind: string; subject: string; micros: string; currency: string; tenant_id: string }>(
      "SELECT kind, subject, money_at_risk_micros::text AS micros, currency, tenant_id FROM difference WHERE healed_at IS NULL ORDER BY kind, subject",
    );

  return {
    make,
    desk,
    operator,
    acme,
    phone,
    files,
    open,
    talked,
    differences,
    at: (seconds: number) => new Date(T0.getTime() + seconds * 1000),
    record: (made: MadeCall, talkSeconds: number, more: object = {}) =>
      masterLine({ ...made, endpoint: phone.endpoint, talkSeconds, sequence: 1, ...more }),
    listed: async () =>
      (await differences()).map(({ kind, subject, micros, currency }) => [kind, subject, micros, currency]),
    resultOf: (done: Awaited<ReturnType<typeof files.run>>) => resultSchema.parse(done.task?.result),
    /** What earlier tests left is gone, and their calls are long over, so that nothing misses them. */
    fresh: async () => {
      await make.sql("TRUNCATE difference, cdr_row, cdr_match, cdr_problem");
      await make.sql(
        "UPDATE call SET started_at = started_at - interval '400 days' WHERE started_at > now() - interval '300 days'",
      );
    },
  };
}

export type CdrCompany = Awaited<ReturnType<typeof cdrCompany>>;
