import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { callDesk } from "@/test/support/call-desk";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { everyRow, type Stage, stage } from "@/test/support/stage";

let db: TestDatabase;
let on: Stage;
let desk: ReturnType<typeof callDesk>;
const acme = { tenantSlug: "acme" };

beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
  desk = callDesk(db.pool);
  await on.topUp(on.reseller, 50_000_000n);
  await on.topUp(on.customer, 50_000_000n);
  await on.phone(on.customer, "101");
  await on.phone(on.customer, "102");
});
afterAll(() => db.drop());

const at = (seconds: number) => new Date(Date.parse("2026-05-10T12:00:00.000Z") + seconds * 1_000);
const newest = async () => (await on.as("customer").calls.list(acme)).items[0];

/** One whole call: authorised, answered after two seconds, ended. Returns its id. */
async function talk(talkMs: number, more: { from?: string; e164?: string; at?: Date } = {}): Promise<string> {
  const call = randomUUID();
  const start = more.at ?? new Date();
  const { call_id } = await desk.authorise({
    call,
    endpoint: `acme-${more.from ?? "101"}`,
    at: start,
    ...(more.e164 ? { e164: more.e164 } : {}),
  });
  if (talkMs > 0) await desk.answered(call, new Date(start.getTime() + 2_000));
  await desk.settle(call, talkMs, { at: new Date(start.getTime() + 2_000 + talkMs) });
  return call_id ?? "";
}

describe("the list", () => {
  test("has an answered call with its cost, and a refused one with its reason", async () => {
    await talk(47_000);
    expect(await newest()).toMatchObject({
      direction: "out",
      kind: "external",
      from: { extensionNumber: "101", name: "Phone" },
      toE164: "493012345678",
      toFormatted: "+49 30 12345678",
      country: "DE",
      outcome: "answered",
      reason: null,
      talkMs: 47_000,
      billedSeconds: 60,
      costMicros: 42_500n,
    });
    await desk.authorise({ call: randomUUID(), endpoint: "acme-101", e164: "33123456789", country: "FR" });
    expect(await newest()).toMatchObject({
      outcome: "blocked",
      reason: "DST-01",
      reasonSentence: "Calls to this country are closed.",
      talkMs: 0,
      costMicros: 0n,
    });
  });

  test("pages meet without a gap or an overlap, also among calls of one moment", async () => {
    await on.sql(
      `INSERT INTO call (tenant_id, pbx, pbx_call_id, kind, dialled, state, outcome, started_at, currency)
       SELECT $1, 'old', i::text, 'external', '0' || i, 'ended', 'no_answer', timestamptz '2026-01-01 00:00Z' + (i / 7) * interval '1 microsecond', 'EUR'
       FROM generate_series(1, 100) i`,
      [on.customer.tenantId],
    );
    const filter = { ...acme, from: "2026-01-01", to: "2026-01-01", limit: 9 };
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: { items: { id: string }[]; nextCursor: string | null } = await on
        .as("customer")
        .calls.list({ ...filter, ...(cursor === null ? {} : { cursor }) });
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(seen).toHaveLength(100);
    const { items } = await on.as("customer").calls.list({ ...filter, limit: 200 });
    expect(seen).toEqual(items.map(({ id }) => id));
  });

  test.each([
    ["a number as people write it", { text: "+49 (0)30 1234-5678" }, true],
    ["a part of the number", { text: "3012" }, true],
    ["the extension's name", { text: "phon" }, true],
    ["a wildcard, taken literally", { text: "%" }, false],
    ["an underscore, taken literally", { text: "_" }, false],
    ["something else", { text: "nobody" }, false],
    ["the outcome", { outcome: "answered" as const }, true],
    ["another outcome", { outcome: "busy" as const }, false],
    ["the day", { from: "2026-05-10", to: "2026-05-10" }, true],
    ["the next day", { from: "2026-05-11" }, false],
    ["the day before", { to: "2026-05-09" }, false],
    ["exact times", { from: "2026-05-10T12:00:00Z", to: "2026-05-10T14:00:01+02:00" }, true],
    ["a time after it", { from: "2026-05-10T12:00:01Z" }, false],
  ])("finds by %s", async (_, filter, found) => {
    const id = await talk(1_000, { from: "102", at: at(0) });
    const { items } = await on.as("customer").calls.list({ ...acme, limit: 200, ...filter });
    expect(items.some((call) => call.id === id)).toBe(found);
  });

  test("days are those of the tenant's own calendar", async () => {
    const id = await talk(1_000, { at: new Date("2026-06-30T22:30:00Z") });
    const has = async (day: string) =>
      (await on.as("customer").calls.list({ ...acme, from: day, to: day })).items.some((call) => call.id === id);
    expect(await has("2026-06-30")).toBe(true);
    await on.sql("UPDATE tenant SET time_zone = 'Europe/Berlin' WHERE id = $1", [on.customer.tenantId]);
    expect([await has("2026-06-30"), await has("2026-07-01")]).toEqual([false, true]);
    await on.sql("UPDATE tenant SET time_zone = 'UTC' WHERE id = $1", [on.customer.tenantId]);
  });

  test.each([
    { cursor: "1; DROP TABLE call" },
    { from: "yesterday" },
    { outcome: "all" as "busy" },
    { extensionId: "x" },
    { limit: 0 },
    { limit: 201 },
  ])("refuses the filter %o", async (filter) => {
    await expect(on.as("customer").calls.list({ ...acme, ...filter })).rejects.toMatchObject({
      message: "invalid_input",
    });
  });
});

describe("one call", () => {
  test("shows decisions, receipt and ledger with the numbers that were charged", async () => {
    const callId = await talk(61_001);
    const call = await on.as("customer").calls.get({ ...acme, callId });
    expect(call.receipt).toMatchObject({
      prefix: "49",
      perMinuteMicros: 12_500n,
      connectionFeeMicros: 30_000n,
      firstSeconds: 60,
      nextSeconds: 6,
      graceSeconds: 0,
      talkMs: 61_001,
      seconds: 62,
      billedSeconds: 66,
      costMicros: 43_750n,
    });
    expect(call.receipt?.steps.at(-1)).toEqual({ label: "Cost", value: "0.043750" });
    expect(call.ledger).toMatchObject([{ amountMicros: -43_750n }]);
    expect(call.ledger[0]?.balanceAfterMicros).toBe((await on.wallet(on.customer)).posted);
    expect(call.trace.every(({ ok }) => ok)).toBe(true);
    expect(call.trace.find(({ gate }) => gate === "money")?.value).toMatch(/^€\d/);
    expect(call).toMatchObject({ causeCode: 16, hangupSide: "caller", evidence: "hangup", fix: null, heldMicros: 0n });
  });

  test("a customer sees its own price, the reseller above what it pays, the operator what it is paid", async () => {
    const callId = await talk(60_000);
    const seenBy = async (who: "customer" | "reseller" | "operator", tenantSlug: string) => {
      const call = await on.as(who).calls.get({ tenantSlug, callId });
      return [call.costMicros, call.receipt?.perMinuteMicros, call.ledger.map(({ amountMicros }) => amountMicros)];
    };
    expect(await seenBy("customer", "acme")).toEqual([42_500n, 12_500n, [-42_500n]]);
    expect(await seenBy("reseller", "reseller")).toEqual([6_000n, 6_000n, [-6_000n]]);
    expect(await seenBy("operator", "operator")).toEqual([6_000n, 6_000n, [-6_000n]]);
    // In the customer's own pages the reseller sees what the customer sees.
    expect(await seenBy("reseller", "acme")).toEqual([42_500n, 12_500n, [-42_500n]]);
  });

  test("a refused call says which gate, and where to mend it", async () => {
    const call = randomUUID();
    const { call_id } = await desk.authorise({ call, endpoint: "acme-101", e164: "33123456789", country: "FR" });
    expect(await on.as("customer").calls.get({ ...acme, callId: call_id ?? "" })).toMatchObject({
      outcome: "blocked",
      receipt: null,
      ledger: [],
      trace: expect.arrayContaining([{ gate: "country", ok: false, value: "FR", limit: "open countries" }]),
      fix: { label: "Open this country", href: "/acme/destinations" },
    });
  });

  test("the timer's few milliseconds beyond the grant are neither charged nor on the receipt", async () => {
    const callId = await talk(300_400);
    const { receipt } = await on.as("customer").calls.get({ ...acme, callId });
    expect(receipt).toMatchObject({ talkMs: 300_400, billedSeconds: 300, seconds: 300 });
    expect(receipt?.steps.at(-1)?.value).toBe("0.092500");
  });

  test("is not there for a stranger, nor for the tenant beside or below", async () => {
    const callId = await talk(1_000);
    const beside = await on.tenant("customer", on.reseller, { slug: "beside" });
    const userId = await on.person(beside);
    await expect(on.as({ userId }).calls.get({ tenantSlug: "beside", callId })).rejects.toMatchObject({
      message: "not_found",
    });
    await expect(on.as({ userId }).calls.get({ ...acme, callId })).rejects.toMatchObject({ message: "not_found" });
  });
});

describe("live calls", () => {
  test("show the running cost, what is held and until when, up the whole branch", async () => {
    const call = randomUUID();
    const started = new Date(Date.now() - 72_000);
    const { call_id } = await desk.authorise({ call, endpoint: "acme-101", at: started });
    const mine = async (who: "customer" | "reseller" | "operator", tenantSlug: string) => {
      const { items, serverNow } = await on.as(who).calls.live({ tenantSlug });
      expect(serverNow).toBeInstanceOf(Date);
      return items.find(({ id }) => id === call_id);
    };
    expect(await mine("customer", "acme")).toMatchObject({ state: "ringing", grantedUntil: null, costMicrosNow: 0n });

    const answeredAt = new Date(Date.now() - 70_000);
    await desk.answered(call, answeredAt);
    expect(await mine("customer", "acme")).toMatchObject({
      state: "live",
      toFormatted: "+49 30 12345678",
      perMinuteMicros: 12_500n,
      heldMicros: 92_500n,
      costMicrosNow: 45_000n,
      grantedUntil: new Date(answeredAt.getTime() + 300_000),
      stopsBecause: null,
      tenantName: "acme",
    });
    expect(await mine("reseller", "reseller")).toMatchObject({ perMinuteMicros: 6_000n, costMicrosNow: 12_000n });
    expect(await mine("operator", "operator")).toMatchObject({ tenantSlug: "acme" });
    const { items } = await on.as("customer").calls.list({ ...acme, outcome: "live" });
    expect(items).toMatchObject([{ id: call_id, outcome: "live", costMicros: 45_000n, endedAt: null }]);
    await desk.settle(call, 70_000);
    expect(await mine("customer", "acme")).toBeUndefined();
  });

  test("hanging up waits in the outbox of the call's own tenant, and is in both trails", async () => {
    const call = randomUUID();
    const { call_id } = await desk.authorise({ call, endpoint: "acme-102" });
    await on.as("reseller").calls.hangUp({ tenantSlug: "reseller", callId: call_id ?? "" });
    expect(await on.sql("SELECT tenant_id, payload FROM outbox_job WHERE payload->>'id' = $1", [call_id])).toEqual([
      { tenant_id: on.customer.tenantId, payload: { subject: "call", id: call_id } },
    ]);
    const trail = await on.sql<{ tenant_id: string }>(
      "SELECT tenant_id FROM audit_event WHERE subject = $1 ORDER BY at",
      [`call:${call_id}`],
    );
    expect(trail.map(({ tenant_id }) => tenant_id)).toEqual([on.reseller.tenantId, on.customer.tenantId]);
    await desk.settle(call, 0);
  });

  test("many calls end with one word: those below as well, but no emergency call, and nobody else's", async () => {
    const other = await on.tenant("customer", on.reseller, { slug: "side-by-side" });
    const [first, second, emergency] = [randomUUID(), randomUUID(), randomUUID()];
    const { call_id: mine } = await desk.authorise({ call: first, endpoint: "acme-102" });
    const { call_id: also } = await desk.authorise({ call: second, endpoint: "acme-101" });
    const { call_id: help } = await desk.authorise({
      call: emergency,
      endpoint: "acme-102",
      dialled: "112",
      kind: "emergency",
    });
    const over = await talk(1_000);
    const callIds = [mine, also, help, over, randomUUID()].map((id) => id ?? "");
    const beside = await on
      .as({ userId: await on.person(other) })
      .calls.hangUpMany({ tenantSlug: "side-by-side", callIds });
    expect(beside).toEqual({ asked: 0 });
    expect(await on.as("reseller").calls.hangUpMany({ tenantSlug: "reseller", callIds })).toEqual({ asked: 2 });
    const jobs = "SELECT payload->>'id' AS id FROM outbox_job WHERE payload->>'id' = ANY ($1) ORDER BY 1";
    expect(await on.sql(jobs, [callIds])).toEqual([mine, also].toSorted().map((id) => ({ id })));
    const trail = "SELECT tenant_id FROM audit_event WHERE action = 'call.hang_up' AND after->>'calls' = '2'";
    expect((await on.sql<{ tenant_id: string }>(trail)).map(({ tenant_id }) => tenant_id).toSorted()).toEqual(
      [on.reseller.tenantId, on.customer.tenantId].toSorted(),
    );
    for (const call of [first, second, emergency]) await desk.settle(call, 0);
  });

  test("a call that is over, or somebody else's, is not hung up", async () => {
    const callId = await talk(1_000);
    const open = randomUUID();
    const { call_id } = await desk.authorise({ call: open, endpoint: "acme-102" });
    const beside = await on.tenant("customer", on.reseller, { slug: "next-door" });
    const userId = await on.person(beside);
    const before = await everyRow(db);
    await expect(on.as("customer").calls.hangUp({ ...acme, callId })).rejects.toMatchObject({
      message: "invalid_state",
    });
    await expect(
      on.as({ userId }).calls.hangUp({ tenantSlug: "next-door", callId: call_id ?? "" }),
    ).rejects.toMatchObject({
      message: "not_found",
    });
    expect(await everyRow(db)).toBe(before);
    await desk.settle(open, 0);
  });
});
