import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { jsonOf } from "@/test/server/cli/run-cli";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { type Stage, stage } from "@/test/support/stage";

let db: TestDatabase;
let on: Stage;
beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
});
afterAll(() => db.drop());

const mine = { tenantSlug: "reseller" };
const plans = () => on.as("reseller").plans;
const made = async (more: object = {}) => {
  const name = `Plan ${randomUUID().slice(0, 8)}`;
  const { id } = await plans().create({ ...mine, name, currency: "EUR", ...more });
  return { id, name };
};
const planOf = async (id: string) => (await plans().list(mine)).items.find((plan) => plan.id === id);
const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();

describe("a plan", () => {
  test("can be given another name, slice and margin, and the trail says what changed", async () => {
    const { id, name } = await made({ marginFloor: "8" });
    expect(await planOf(id)).toMatchObject({ marginFloorPpm: 80_000, sliceSeconds: 300 });
    await plans().edit({ ...mine, planId: id, sliceSeconds: 60, marginFloor: "12.5", name: `${name} 2` });
    expect(await planOf(id)).toMatchObject({ name: `${name} 2`, marginFloorPpm: 125_000, sliceSeconds: 60 });
    const [event] = await on.sql("SELECT before, after FROM audit_event WHERE action = 'plan.edit' AND subject = $1", [
      `plan:${id}`,
    ]);
    expect(event).toEqual({
      before: { name, sliceSeconds: 300, marginFloor: "0.080000" },
      after: { name: `${name} 2`, sliceSeconds: 60, marginFloor: "0.125000" },
    });
    await expect(plans().edit({ ...mine, planId: id, factor: "2" })).rejects.toMatchObject({
      message: "invalid_state",
    });
    const other = await made();
    await expect(plans().edit({ ...mine, planId: id, name: other.name })).rejects.toMatchObject({
      message: "plan_taken",
    });
    for (const wrong of [{ marginFloor: "100" }, { marginFloor: "-1" }, { sliceSeconds: 5 }, { name: " " }])
      await expect(plans().edit({ ...mine, planId: id, ...wrong })).rejects.toMatchObject({ message: "invalid_input" });
  });

  test("that adds to what is bought asks another price from the next call on", async () => {
    const { id } = await made({ markup: { factor: "2" } });
    const priced = async () =>
      (await plans().price({ ...mine, planId: id, to: "493012345678", ms: 60_000 })).costMicros;
    const before = await priced();
    await plans().edit({ ...mine, planId: id, factor: "3", callFee: "0.01" });
    expect(await priced()).toBe((before / 2n) * 3n + 10_000n);
    expect((await planOf(id))?.markup).toMatchObject({ factorPpm: 3_000_000, callFee: 10_000n, perMinuteFee: 0n });
  });

  test("that somebody else changed meanwhile is not written over; one of somebody else's is not found", async () => {
    const { id } = await made();
    const seen = (await planOf(id))?.state ?? "";
    const edits = await Promise.allSettled(
      [30, 40, 50].map((sliceSeconds) => plans().edit({ ...mine, planId: id, seen, sliceSeconds })),
    );
    expect(edits.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    await expect(plans().edit({ ...mine, planId: id, seen, sliceSeconds: 70 })).rejects.toMatchObject({
      message: "changed_meanwhile",
    });
    await expect(plans().edit({ ...mine, planId: on.buying, sliceSeconds: 60 })).rejects.toMatchObject({
      message: "not_found",
    });
  });
});

describe("a price", () => {
  const rates = async (planId: string) => (await plans().rates({ ...mine, planId })).items;
  const priced = (planId: string) => plans().price({ ...mine, planId, to: "493012345678", ms: 60_000 });

  test("that holds ends at the moment, one that is planned goes, one that is over stays what it was", async () => {
    const { id: planId } = await made();
    const set = (more: object) => plans().setRate({ ...mine, planId, prefix: "49", perMinute: "0.10", ...more });
    const present = await set({ to: day(5) });
    const planned = await set({ from: day(6), perMinute: "0.20" });
    const end = (rateId: string) => plans().endRate({ ...mine, planId, rateId });
    expect(await end(planned.id)).toEqual({ planned: true });
    expect((await rates(planId)).map(({ id }) => id)).toEqual([present.id]);
    expect(await end(present.id)).toEqual({ planned: false });
    await expect(priced(planId)).rejects.toMatchObject({ message: "no_rate" });
    await expect(end(present.id)).rejects.toMatchObject({ message: "invalid_state" });
    await expect(end(planned.id)).rejects.toMatchObject({ message: "not_found" });
    const trail = await on.sql("SELECT after FROM audit_event WHERE action = 'rate.end' ORDER BY seq DESC LIMIT 2");
    expect(trail).toEqual([{ after: { planned: false } }, { after: { planned: true } }]);
  });

  test("that was to take over leaves the one before it going on as if it had never been planned", async () => {
    const { id: planId } = await made();
    const set = (more: { perMinute: string; from?: string }) =>
      plans().setRate({ ...mine, planId, prefix: "49", ...more });
    const planned = await set({ perMinute: "0.20", from: "2099-01-01T00:00:00Z" });
    const present = await set({ perMinute: "0.10" });
    expect(present.validTo).toEqual(planned.validFrom);
    await plans().endRate({ ...mine, planId, rateId: planned.id });
    expect(await rates(planId)).toMatchObject([{ id: present.id, validTo: null }]);
  });

  test("that is planned cuts the one without an end at its start, says so in the trail, and lets it go on when taken back", async () => {
    const { id: planId } = await made();
    const set = (more: { perMinute: string; from?: string; to?: string }) =>
      plans().setRate({ ...mine, planId, prefix: "49", ...more });
    const present = await set({ perMinute: "0.10" });
    const last = await set({ perMinute: "0.30", from: "2099-01-01T00:00:00Z" });
    const between = await set({ perMinute: "0.20", from: "2098-01-01T00:00:00Z" });
    const [first, second, third] = await rates(planId);
    expect(first).toMatchObject({ id: present.id, validTo: between.validFrom });
    expect(second).toMatchObject({ id: between.id, validTo: last.validFrom });
    expect(third).toMatchObject({ id: last.id, validTo: null });
    const at = async (moment: string) =>
      (await plans().price({ ...mine, planId, to: "493012345678", ms: 60_000, at: moment })).costMicros;
    const last2097 = await at("2097-12-31T23:59:59Z");
    const of = [last2097, await at("2098-01-01T00:00:00Z"), await at("2099-01-01T00:00:00Z")];
    expect(of).toEqual([100_000n, 200_000n, 300_000n]);

    const [trail] = await on.sql<{ before: object; after: object }>(
      "SELECT before, after FROM audit_event WHERE action = 'rate.set' AND subject = $1",
      [`rate:${between.id}`],
    );
    expect(trail?.before).toMatchObject({ rate: present.id, perMinute: "0.100000", to: "2099-01-01T00:00:00.000Z" });
    expect(trail?.after).toMatchObject({ from: "2098-01-01T00:00:00.000Z", to: "2099-01-01T00:00:00.000Z" });

    const takeBack = (rateId: string) => plans().endRate({ ...mine, planId, rateId });
    await takeBack(between.id);
    expect((await rates(planId))[0]).toMatchObject({ id: present.id, validTo: last.validFrom });
    await takeBack(last.id);
    expect(await rates(planId)).toMatchObject([{ id: present.id, validTo: null }]);
    // And another one is planned over it as over the first.
    await set({ perMinute: "0.15", from: "2098-06-01T00:00:00Z" });
    expect(await at("2098-06-01T00:00:00Z")).toBe(150_000n);
  });

  test("that is planned with an end leaves no day without a price, before and after it is taken back", async () => {
    const { id: planId } = await made();
    const set = (more: { perMinute: string; from?: string; to?: string }) =>
      plans().setRate({ ...mine, planId, prefix: "49", ...more });
    const at = async (moment: string) =>
      (await plans().price({ ...mine, planId, to: "493012345678", ms: 60_000, at: moment })).costMicros;
    const [from, to, after] = ["2098-12-24T00:00:00Z", "2098-12-27T00:00:00Z", "2099-01-05T00:00:00Z"];
    const present = await set({ perMinute: "0.10" });
    await expect(set({ perMinute: "0.05", from, to })).rejects.toMatchObject({
      message: "rate_overlap",
      cause: { sentence: `49 would have no price from ${to} on: leave the end out, then plan what holds from there.` },
    });
    expect(await rates(planId)).toMatchObject([{ id: present.id, validTo: null }]);
    // As it is told: both are planned, and a third one for later.
    const planned = await set({ perMinute: "0.05", from });
    const back = await set({ perMinute: "0.10", from: to });
    await expect(set({ perMinute: "0.07", from: "2098-12-28T00:00:00Z", to: after })).rejects.toThrow("rate_overlap");
    const third = await set({ perMinute: "0.30", from: "2099-02-01T00:00:00Z" });
    // Until the third begins is no gap.
    await set({ perMinute: "0.08", from: "2099-01-10T00:00:00Z", to: "2099-02-01T00:00:00Z" });
    const of = [from, to, after, "2099-01-10T00:00:00Z", "2099-02-01T00:00:00Z"];
    const prices = async () => Promise.all(of.map(at));
    expect(await prices()).toEqual([50_000n, 100_000n, 100_000n, 80_000n, 300_000n]);
    const takeBack = (rateId: string) => plans().endRate({ ...mine, planId, rateId });
    await takeBack(back.id);
    expect(await prices()).toEqual([50_000n, 50_000n, 50_000n, 80_000n, 300_000n]);
    await takeBack(planned.id);
    expect(await prices()).toEqual([100_000n, 100_000n, 100_000n, 80_000n, 300_000n]);
    await takeBack(third.id);
    expect(await at("2099-02-01T00:00:00Z")).toBe(80_000n);
  });

  test.each<[string, string | null]>([
    ["for good", null],
    ["until the one planned after it", "2099-02-01T00:00:00.000Z"],
  ])("that gave way to one with an end goes on %s when that is taken back", async (_, until) => {
    const { id: planId } = await made();
    const set = (more: { perMinute: string; from?: string; to?: string }) =>
      plans().setRate({ ...mine, planId, prefix: "49", ...more });
    const planned = await set({ perMinute: "0.05", from: "2098-12-24T00:00:00Z", to: "2098-12-27T00:00:00Z" });
    if (until) await set({ perMinute: "0.30", from: until });
    const present = await set({ perMinute: "0.10" });
    expect(present.validTo).toEqual(planned.validFrom);
    await plans().endRate({ ...mine, planId, rateId: planned.id });
    expect((await rates(planId))[0]).toMatchObject({ id: present.id, validTo: until && new Date(until) });
  });

  test.each<[string, object, string]>([
    [
      "in a period with an end of its own",
      { from: "2098-06-01T00:00:00Z" },
      "49 has a price until 2099-01-01T00:00:00Z: begin then or later.",
    ],
    [
      "from the very moment of a planned one",
      { from: "2098-01-01T00:00:00Z" },
      "49 has a price planned from 2098-01-01T00:00:00Z on: take that one back first.",
    ],
    [
      "that reaches into a planned one",
      { to: "2098-01-01T00:00:01Z" },
      "49 has a price from 2098-01-01T00:00:00Z on: end yours by then.",
    ],
    [
      "in the past",
      { from: "2026-01-01T00:00:00Z" },
      "What 49 cost at that time stays: leave the start out, or choose one to come.",
    ],
    [
      "of hours that another one has",
      { prefix: "44", week: { days: "mon" }, from: "2098-01-01T00:00:00Z" },
      "44 (Mon-Fri 00:00-24:00) has a price without an end: choose other hours, or end that one first.",
    ],
  ])("%s is refused: which one is in the way, until when, and what to do", async (_, more, sentence) => {
    const { id: planId } = await made();
    const set = (what: object) => plans().setRate({ ...mine, planId, prefix: "49", perMinute: "0.10", ...what });
    await on.sql(
      "INSERT INTO rate (tenant_id, plan_id, prefix, direction, per_minute_micros, connection_fee_micros, first_seconds, next_seconds, valid) SELECT tenant_id, id, '49', 'out', 1, 0, 60, 60, tstzrange('2025-01-01', '2098-01-01') FROM plan WHERE id = $1",
      [planId],
    );
    await set({ from: "2098-01-01T00:00:00Z", to: "2099-01-01T00:00:00Z" });
    await set({ prefix: "44", week: { days: "mon-fri" } });
    const before = await rates(planId);
    await expect(set(more)).rejects.toMatchObject({ message: "rate_overlap", cause: { sentence } });
    expect(await rates(planId)).toEqual(before);
  });

  test("and a plan are changed by the command line as well", async () => {
    const { id: planId, name } = await made();
    const cli = <T>(...words: string[]) => jsonOf<T>(db.appUrl, words);
    await cli("plan", "set", "--plan", name, "--slice", "90", "--margin-floor", "5");
    expect(await planOf(planId)).toMatchObject({ sliceSeconds: 90, marginFloorPpm: 50_000 });
    const set = ["rate", "set", "--plan", name, "--prefix", "49", "--per-minute"];
    await cli(...set, "0.10", "--days", "mon-fri", "--hours", "08:00-19:00");
    await cli(...set, "0.05");
    const from = "2099-01-01T00:00:00Z";
    expect(await cli(...set, "0.07", "--from", from)).toMatchObject({ from: "2099-01-01T00:00:00.000Z", to: null });
    const end = ["rate", "end", "--plan", name, "--prefix", "+49"];
    await expect(cli(...end)).rejects.toThrow(/--week: there are several/);
    const [withHours] = (await rates(planId)).filter(({ week }) => week !== null);
    await cli(...end, "--week", withHours?.week ?? "");
    expect(await cli(...end)).toMatchObject({ planned: false });
    await expect(cli(...end)).rejects.toThrow(/not_found/);
  });
});
