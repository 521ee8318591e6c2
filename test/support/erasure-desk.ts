import { randomUUID } from "node:crypto";
import { askErasure, erasureOfTask } from "@/server/domain/subjects/erasures";
import { subjectSchema } from "@/server/domain/subjects/subject.schema";
import { readTenant } from "@/server/infra/db/read-tenant";
import { writeTenant } from "@/server/infra/db/write-tenant";
import type { TenantId } from "@/server/kernel/ids";
import type { Phone } from "@/test/support/builders";
import { callDesk } from "@/test/support/call-desk";
import type { TestDatabase } from "@/test/support/database";
import { retentionDesk } from "@/test/support/retention-desk";
import { taskWorks } from "@/workers/tasks/all";
import { runTask } from "@/workers/tasks/run-task";

/** A house that knows somebody in many places, and what tests of forgetting them ask of it. */
export async function erasureDesk(db: TestDatabase) {
  const on = await retentionDesk(db);
  const { make } = on;
  const operator = on.operator.tenantId as TenantId;
  const seller = await make.tenant("reseller", on.operator, { slug: "seller" });
  const buyer = await make.tenant("customer", seller, { slug: "buyer" });
  await make.assign(seller, await make.plan(on.operator, { "49": { perMinute: 30_000n } }));
  await make.assign(buyer, await make.plan(seller, { "49": { perMinute: 60_000n } }));
  for (const of of [seller, buyer]) await make.topUp(of, 100_000_000n);
  const phone: Phone = await make.phone(buyer, "101");

  /** A call that was charged at every level; its id. */
  const call = async (e164: string): Promise<string> => {
    const desk = callDesk(db.pool);
    const key = `pbx1-${randomUUID()}`;
    const verdict = await desk.authorise({ call: key, endpoint: phone.endpoint, e164 });
    await desk.answered(key);
    await desk.settle(key, 61_000);
    return verdict.call_id ?? "";
  };
  const ask = (about: string, countsOnly = false) =>
    writeTenant(db.app, { tenantId: operator }, (tx) =>
      askErasure(
        tx,
        operator,
        { about: subjectSchema.parse(about), reason: `Asked by ${about}`, countsOnly },
        "cli:test",
      ),
    );
  const run = (taskId: string) => runTask(on.context, taskId, taskWorks);
  const look = (taskId: string) =>
    readTenant(db.app, { tenantId: operator }, (tx) => erasureOfTask(tx, operator, taskId));
  const erase = async (about: string, countsOnly = false) => {
    const { taskId } = await ask(about, countsOnly);
    await run(taskId);
    return look(taskId);
  };
  /** The tables in which a text can still be read, of all there are. */
  const readable = async (text: string): Promise<string[]> => {
    const tables = await make.sql<{ name: string }>(
      "SELECT c.oid::regclass::text AS name FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace IN ('public'::regnamespace, 'months'::regnamespace, 'pbx'::regnamespace) ORDER BY 1",
    );
    const all = tables.map(
      ({ name }) =>
        `SELECT '${name}' AS name FROM ${name} r WHERE strpos(lower(r::text), lower($1)) > 0 OR strpos(r::text, encode(convert_to($1, 'UTF8'), 'hex')) > 0`,
    );
    return [...new Set((await make.sql<{ name: string }>(all.join(" UNION ALL "), [text])).map(({ name }) => name))];
  };
  const trail = (of: { tenantId: string }, action: string, after: object) =>
    make.sql("SELECT audit_append($1, 'cli', 'test', NULL, $2, 'test:1', 'ok', '{}', $3, 'r', '')", [
      of.tenantId,
      action,
      JSON.stringify(after),
    ]);
  const sums = () =>
    make.one(
      "SELECT (SELECT sum(posted_micros)::text FROM wallet) AS posted, (SELECT sum(amount_micros)::text FROM ledger_entry) AS entries, (SELECT sum(cost_micros)::text FROM call) AS cost",
    );
  const broken = async () => [
    ...(await make.sql("SELECT * FROM ledger_check() UNION ALL SELECT * FROM books_check()")),
    ...(await make.sql(
      "SELECT t.slug, v.first_bad_seq FROM tenant t CROSS JOIN LATERAL audit_verify(t.id) v WHERE v.first_bad_seq IS NOT NULL",
    )),
  ];
  return { ...on, seller, buyer, phone, call, ask, run, look, erase, readable, trail, sums, broken };
}
