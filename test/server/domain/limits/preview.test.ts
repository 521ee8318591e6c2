import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { type PreviewKind, previewLimits } from "@/server/domain/limits/preview";
import { readTenant } from "@/server/infra/db/read-tenant";
import type { TenantId } from "@/server/kernel/ids";
import type { Micros } from "@/server/kernel/money";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { type Stage, stage } from "@/test/support/stage";

let db: TestDatabase;
let on: Stage;
const DAY_MS = 86_400_000;
const clockOf = (zone: string, style: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat("en-CA", { timeZone: zone, ...style });
/** One in which the day does not change while the tests run. */
const inTheDay = (...zones: readonly string[]): string => {
  const hour = (zone: string) => Number(clockOf(zone, { hour: "2-digit", hourCycle: "h23" }).format(new Date()));
  return zones.find((zone) => hour(zone) < 22) ?? "";
};
const [WEST, EAST] = [
  inTheDay("America/St_Johns", "Pacific/Marquesas"),
  inTheDay("Pacific/Kiritimati", "Asia/Kolkata"),
];
/** A small generator with a seed, so that a failure can be had again. */
let state = 20_260_417;
const random = (most: number): number => {
  state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
  return Math.floor((state / 4_294_967_296) * most);
};

type Call = {
  id: string;
  at: Date;
  extension: string;
  cost: bigint;
  minute: bigint;
  talked: boolean;
};
const calls: Call[] = [];
const extensions: string[] = [];

beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
  extensions.push((await on.phone(on.customer, "101")).extensionId, (await on.phone(on.customer, "102")).extensionId);
  const { id: wallet } = await on.one<{ id: string }>("SELECT id FROM wallet WHERE tenant_id = $1", [
    on.customer.tenantId,
  ]);
  const now = Date.now();
  for (let i = 0; i < 400; i += 1) {
    const talked = random(5) > 0;
    const call: Call = {
      id: randomUUID(),
      at: new Date(now - random(75 * DAY_MS)),
      extension: extensions[random(2)] ?? "",
      // Few distinct sums, so that caps are met exactly, and some calls that cost nothing.
      cost: talked ? BigInt(random(6)) * 100_000n : 0n,
      minute: BigInt(1 + random(4)) * 10_000n,
      talked,
    };
    calls.push(call);
    await record(call, wallet, i);
  }
  // Somebody else's calls are nobody's business here.
  const { id: theirs } = await on.one<{ id: string }>("SELECT id FROM wallet WHERE tenant_id = $1", [
    on.reseller.tenantId,
  ]);
  await record(
    { id: randomUUID(), at: new Date(now - 1000), extension: "", cost: 10n ** 12n, minute: 10n ** 8n, talked: true },
    theirs,
    0,
    on.reseller.tenantId,
  );
  await file();
});
afterAll(() => db.drop());

/** What began more than three weeks ago is in its month already. */
async function file(): Promise<void> {
  for (let day = 0; day <= 90; day += 28) {
    await on.sql("SELECT month_make('call_record', now() - $1 * interval '1 day')", [day]);
  }
  await on.sql(
    `UPDATE call_record SET filed = to_char(started_at AT TIME ZONE 'UTC', 'YYYY-MM') || CASE WHEN cost_micros > 0 THEN ' paid' ELSE '' END
     WHERE started_at < now() - interval '21 days'`,
  );
  await on.sql("ANALYZE call, call_record, hold");
}

async function record(call: Call, wallet: string, i: number, tenantId = on.customer.tenantId): Promise<void> {
  const started = new Date(call.at.getTime() - random(3_600_000));
  await on.sql(
    `INSERT INTO call (tenant_id, id, pbx, pbx_call_id, extension_id, kind, dialled, state, outcome, started_at, ended_at, talk_ms, cost_micros, currency)
     VALUES ($1, $2::uuid, 'old', ($2::uuid)::text, nullif($3, '')::uuid, 'external', '49301', 'ended', 'answered', $4, $5, $6, $7, 'EUR')`,
    [tenantId, call.id, call.extension, started, call.at, call.talked ? 1000 : 0, call.cost],
  );
  // A third of what is charged is tax; every fourth price has a dearer step.
  const tax = call.cost / 3n;
  const steps = i % 4 === 0;
  await on.sql(
    `INSERT INTO hold (tenant_id, call_id, call_tenant_id, level, wallet_id, state, held_micros, plan_name, prefix, per_minute_micros,
       connection_fee_micros, first_seconds, next_seconds, grace_seconds, charged_micros, tax_micros, step_from, step_per_minute, step_increment)
     VALUES ($1, $2, $1, 0, $3, $4, 0, 'Plan', '49', $5, 0, 60, 60, 0, $6, $7, $8, $9, $10)`,
    [
      tenantId,
      call.id,
      wallet,
      call.cost > 0n ? "charged" : "released",
      steps ? 5_000n : call.minute,
      call.cost - tax,
      tax,
      steps ? [60] : null,
      steps ? [call.minute] : null,
      steps ? [60] : null,
    ],
  );
}

let dayText = clockOf(WEST, { dateStyle: "short" });
const dayOf = (at: Date): string => dayText.format(at);
async function live(zone: string): Promise<void> {
  dayText = clockOf(zone, { dateStyle: "short" });
  await on.sql("UPDATE tenant SET time_zone = $2 WHERE id = $1", [on.customer.tenantId, zone]);
}

type Caps = Partial<Record<PreviewKind, bigint>>;

/** One call after the other, as somebody with paper and pencil would. */
function replay(caps: Caps, extension?: string): Record<string, { days: number; calls: number } | null> {
  const today = new Date(`${dayOf(new Date())}T00:00:00Z`);
  const first = new Date(today.getTime() - 29 * DAY_MS).toISOString().slice(0, 10);
  const ordered = calls
    .filter((call) => call.talked && (extension === undefined || call.extension === extension))
    .toSorted((a, b) => a.at.getTime() - b.at.getTime());
  const stops: Record<PreviewKind, string[]> = { dailyCap: [], monthlyCap: [], callCap: [], maxPerMinute: [] };
  const spent = new Map<string, bigint>();
  for (const call of ordered) {
    const day = dayOf(call.at);
    for (const period of [day, day.slice(0, 7)]) spent.set(period, (spent.get(period) ?? 0n) + call.cost);
    if (day < first) continue;
    const over = (kind: PreviewKind, sum: bigint | undefined) => {
      const cap = caps[kind];
      if (cap !== undefined && sum !== undefined && sum > cap) stops[kind].push(day);
    };
    if (call.cost > 0n) {
      over("dailyCap", spent.get(day));
      over("monthlyCap", spent.get(day.slice(0, 7)));
      over("callCap", call.cost);
    }
    over("maxPerMinute", call.minute);
  }
  const counted = (kind: PreviewKind) =>
    caps[kind] === undefined ? null : { days: new Set(stops[kind]).size, calls: stops[kind].length };
  return {
    dailyCap: counted("dailyCap"),
    monthlyCap: counted("monthlyCap"),
    callCap: counted("callCap"),
    maxPerMinute: counted("maxPerMinute"),
  };
}

const preview = (caps: Caps, extensionId?: string) =>
  readTenant(db.app, { tenantId: on.customer.tenantId as TenantId }, (tx) =>
    previewLimits(tx, on.customer.tenantId as TenantId, {
      ...(caps as Partial<Record<PreviewKind, Micros>>),
      extensionId,
    }),
  );

describe("what a cap would have stopped", () => {
  test.each([WEST, EAST])(
    "is what a replay of every call says, for the tenant and for each extension, in %s",
    async (zone) => {
      await live(zone);
      let stopped = 0;
      for (let round = 0; round < 25; round += 1) {
        const caps: Caps = {
          dailyCap: BigInt(random(20)) * 100_000n,
          monthlyCap: BigInt(random(400)) * 100_000n,
          callCap: BigInt(random(6)) * 100_000n,
          maxPerMinute: BigInt(random(5)) * 10_000n,
        };
        const extension = [undefined, ...extensions][round % 3];
        const expected = replay(caps, extension);
        expect((await preview(caps, extension)).stopped).toEqual(expected);
        stopped += expected["dailyCap"]?.calls ?? 0;
      }
      expect(stopped).toBeGreaterThan(300);
    },
  );

  test("says nothing of what was not asked, and how much there was at most", async () => {
    const { stopped, most } = await preview({ callCap: 500_000n });
    expect(stopped).toEqual({ dailyCap: null, monthlyCap: null, callCap: { days: 0, calls: 0 }, maxPerMinute: null });
    expect(most.callCap).toBe(500_000n);
    expect(most.maxPerMinute).toBe(40_000n);
    expect(replay({ dailyCap: most.dailyCap })["dailyCap"]).toEqual({ days: 0, calls: 0 });
    expect(replay({ dailyCap: most.dailyCap - 1n })["dailyCap"]?.days).toBeGreaterThan(0);
    expect(replay({ monthlyCap: most.monthlyCap })["monthlyCap"]).toEqual({ days: 0, calls: 0 });
    expect(replay({ monthlyCap: most.monthlyCap - 1n })["monthlyCap"]?.days).toBeGreaterThan(0);
  });

  test("of a tenant without calls is nothing", async () => {
    const quiet = await on.tenant("customer", on.reseller);
    const { stopped, most } = await readTenant(db.app, { tenantId: quiet.tenantId as TenantId }, (tx) =>
      previewLimits(tx, quiet.tenantId as TenantId, { dailyCap: 0n as Micros }),
    );
    expect(stopped.dailyCap).toEqual({ days: 0, calls: 0 });
    expect(most.dailyCap).toBe(0n);
  });
});
