import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";

import { checkLedger, noteDifference } from "@/server/domain/calls/differences";
import { byCurrency, getBoard } from "@/server/domain/reconciliation/board";
import type { DifferenceFilter } from "@/server/domain/reconciliation/difference.schema";
import { listDifferenceRows } from "@/server/domain/reconciliation/difference-list";
import { resolveDifference } from "@/server/domain/reconciliation/resolve";
import { readTenant } from "@/server/infra/db/read-tenant";
import { writeTenant } from "@/server/infra/db/write-tenant";
import type { TenantId } from "@/server/kernel/ids";
import { builders, type Phone, type Tenancy } from "@/test/support/builders";
import { callDesk } from "@/test/support/call-desk";
import { createDatabase, type TestDatabase } from "@/test/support/database";

let db: TestDatabase;
let make: ReturnType<typeof builders>;
let desk: ReturnType<typeof callDesk>;
let operator: Tenancy;
let acme: Tenancy;
let beta: Tenancy;
let phone: Phone;
let count = 0;

beforeAll(async () => {
  db = await createDatabase();
  make = builders(db);
  desk = callDesk(db.pool);
  operator = await make.tenant("operator");
  acme = await make.tenant("customer", operator, { slug: "acme" });
  beta = await make.tenant("customer", operator, { slug: "beta" });
  await make.assign(acme, await make.plan(operator, { "49": { perMinute: 60_000n, first: 1, next: 1 } }));
  await make.topUp(acme, 100_000_000n);
  phone = await make.phone(acme, "101");
});
afterAll(() => db.drop());
afterEach(() => make.sql("DELETE FROM difference"));

const id = (of: Tenancy) => of.tenantId as TenantId;
const board = () => readTenant(db.app, { tenantId: id(operator), subtree: true }, getBoard);
const list = (filter: Partial<DifferenceFilter> = {}, of = operator) =>
  readTenant(db.app, { tenantId: id(of), subtree: true }, (tx) =>
    listDifferenceRows(tx, { state: "open", limit: 50, ...filter }),
  );
const open = async (filter: Partial<DifferenceFilter> = {}) =>
  (await list(filter)).items.map(({ kind, subject, moneyAtRiskMicros }) => ({ kind, subject, moneyAtRiskMicros }));
const resolve = (difference: string, resolution: { reason: string; talkSeconds?: number }, of = operator) =>
  writeTenant(db.app, { tenantId: id(of) }, (tx) => resolveDifference(tx, difference, resolution, "user:me"));

async function call(): Promise<{ call: string; id: string }> {
  count += 1;
  const name = `pbx1-1700000000.${count}`;
  const { call_id } = await desk.authorise({ call: name, endpoint: phone.endpoint });
  return { call: name, id: call_id ?? "" };
}

describe("the books", () => {
  test("that add up have nothing to list", async () => {
    const { call: name } = await call();
    await desk.answered(name, new Date(Date.now() - 20_000));
    await desk.settle(name, 12_000);
    expect(await checkLedger(db.pool)).toEqual([]);
    expect(await board()).toMatchObject({ ringing: 0, talking: 0, unsettled: 0, differences: [], atRisk: [] });
  });

  test("a hold of a call that is over is listed with its money, and heals when it is gone", async () => {
    const { call: name, id: callId } = await call();
    const { rows } = await db.owner.query("SELECT sum(held_micros)::text AS held FROM hold WHERE call_id = $1", [
      callId,
    ]);
    await make.sql("UPDATE call SET state = 'ended', talk_ms = 0 WHERE id = $1", [callId]);
    await checkLedger(db.pool);
    expect(await open()).toEqual([
      { kind: "hold_without_channel", subject: `open:${callId}`, moneyAtRiskMicros: BigInt(rows[0].held) },
    ]);
    const [row] = (await list()).items;
    await expect(resolve(row?.id ?? "", { reason: "does not matter" })).rejects.toMatchObject({
      code: "invalid_state",
    });
    await make.sql("UPDATE call SET state = 'authorised', talk_ms = NULL WHERE id = $1", [callId]);
    await desk.settle(name, 0);
    await checkLedger(db.pool);
    expect(await open()).toEqual([]);
  });

  test("a charge whose call is not there is listed with what was taken", async () => {
    const { call: name, id: callId } = await call();
    await desk.settle(name, 5_000);
    await make.sql("DELETE FROM hold WHERE call_id = $1", [callId]);
    await checkLedger(db.pool);
    expect(await open()).toMatchObject([{ kind: "charge_without_record", moneyAtRiskMicros: 5_000n }]);
    await make.sql("ALTER TABLE ledger_entry DISABLE TRIGGER ALL");
    await make.sql(
      "DELETE FROM ledger_entry WHERE transaction_id IN (SELECT id FROM ledger_transaction WHERE call_id = $1)",
      [callId],
    );
    await make.sql("DELETE FROM ledger_transaction WHERE call_id = $1", [callId]);
    await make.sql("ALTER TABLE ledger_entry ENABLE TRIGGER ALL");
    await checkLedger(db.pool);
    expect((await open()).map(({ kind }) => kind)).not.toContain("charge_without_record");
    // The wallet lost an entry by that; it is put right, and heals too.
    expect((await open()).map(({ kind }) => kind)).toContain("wallet_mismatch");
    await make.sql(
      "UPDATE wallet SET posted_micros = posted_micros + 5000, last_seq = last_seq - 1 WHERE tenant_id = $1",
      [acme.tenantId],
    );
    await make.sql("UPDATE call SET cost_micros = 0 WHERE id = $1", [callId]);
    await checkLedger(db.pool);
    expect(await open()).toEqual([]);
  });

  test("a record that says it cost something and was never charged is listed, and heals once it is", async () => {
    const { call: name, id: callId } = await call();
    await desk.settle(name, 0);
    await make.sql("UPDATE call SET cost_micros = 777 WHERE id = $1", [callId]);
    await checkLedger(db.pool);
    expect(await open()).toEqual([{ kind: "record_without_charge", subject: callId, moneyAtRiskMicros: 777n }]);
    await make.sql("UPDATE call SET cost_micros = 0 WHERE id = $1", [callId]);
    await checkLedger(db.pool);
    expect(await open()).toEqual([]);
  });
});

describe("what a person closes", () => {
  const note = (more: {
    kind?: "shortfall" | "hold_without_channel";
    subject?: string;
    currency?: string;
    of?: Tenancy;
  }) =>
    noteDifference(db.pool, {
      tenantId: id(more.of ?? acme),
      kind: more.kind ?? "shortfall",
      subject: more.subject ?? "some call",
      moneyAtRiskMicros: 1_000n,
      currency: more.currency ?? "EUR",
      detail: { call: "pbx1-1" },
    });
  const first = async () => (await list()).items[0]?.id ?? "";

  test("stays in the list of closed ones with who and why, and cannot be closed twice", async () => {
    await note({});
    const difference = await first();
    await resolve(difference, { reason: "written off" });
    expect(await open()).toEqual([]);
    expect((await list({ state: "closed" })).items).toMatchObject([
      { id: difference, resolvedBy: "user:me", resolution: "written off" },
    ]);
    await expect(resolve(difference, { reason: "once more" })).rejects.toMatchObject({ code: "invalid_state" });
  });

  test("with money held wants the talk time, at most the grant, and charges it once", async () => {
    const { id: callId } = await call();
    const before = await make.wallet(acme);
    await note({ kind: "hold_without_channel", subject: callId });
    const [row] = (await list()).items;
    expect(row?.heldForSeconds).toBe(300);
    const difference = row?.id ?? "";
    await expect(resolve(difference, { reason: "no time" })).rejects.toMatchObject({ code: "invalid_input" });
    await expect(resolve(difference, { reason: "too long", talkSeconds: 301 })).rejects.toMatchObject({
      code: "invalid_input",
    });
    const both = await Promise.allSettled([
      resolve(difference, { reason: "the customer says 30 s", talkSeconds: 30 }),
      resolve(difference, { reason: "the customer says 30 s", talkSeconds: 30 }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    const after = await make.wallet(acme);
    expect(before.posted - after.posted).toBe(30_000n);
    expect(after.held).toBe(before.held - 300_000n);
    expect(await make.one("SELECT source, talk_ms::int AS talk FROM call WHERE id = $1", [callId])).toEqual({
      source: "person",
      talk: 30_000,
    });
  });

  test("with no second talked releases the money and charges nothing", async () => {
    const before = await make.wallet(acme);
    const { id: callId } = await call();
    await note({ kind: "hold_without_channel", subject: callId });
    await resolve(await first(), { reason: "nobody answered", talkSeconds: 0 });
    expect(await make.wallet(acme)).toEqual(before);
  });

  test("is out of reach for a sibling, and for those below", async () => {
    await note({});
    const difference = await first();
    for (const of of [beta, acme]) {
      const mine = of === acme;
      const answer = resolve(difference, { reason: "not mine" }, of);
      if (!mine) await expect(answer).rejects.toMatchObject({ code: "not_found" });
      else await expect(answer).resolves.toBeDefined();
    }
    await note({ of: operator, subject: "the operator's own" });
    const own = await first();
    await expect(resolve(own, { reason: "above me" }, acme)).rejects.toMatchObject({ code: "not_found" });
    expect((await list({}, beta)).items).toEqual([]);
  });

  test("money is added up by currency and never across", async () => {
    await note({ subject: "a" });
    await note({ subject: "b" });
    await note({ subject: "c", currency: "USD" });
    expect((await board()).atRisk).toEqual([
      { currency: "EUR", count: 2, micros: 2_000n },
      { currency: "USD", count: 1, micros: 1_000n },
    ]);
    expect(byCurrency([])).toEqual([]);
  });

  test("filters and pages find every row once", async () => {
    for (let i = 0; i < 5; i += 1) await note({ subject: `s${i}`, currency: i === 0 ? "USD" : "EUR" });
    expect(await open({ currency: "USD" })).toMatchObject([{ subject: "s0" }]);
    expect(await open({ text: "s3" })).toMatchObject([{ subject: "s3" }]);
    expect(await open({ text: "100%" })).toEqual([]);
    expect(await open({ kind: "wallet_mismatch" })).toEqual([]);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await list({ limit: 2, cursor });
      seen.push(...page.items.map(({ subject }) => subject));
      cursor = page.nextCursor ?? undefined;
    } while (cursor);
    expect(seen).toEqual(["s4", "s3", "s2", "s1", "s0"]);
  });
});
