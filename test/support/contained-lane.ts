import assert from "node:assert/strict";

import { change } from "@/server/domain/audit/change";
import type { SipCall } from "@/server/embedded/sip-call";
import type { SipPhone } from "@/server/embedded/sip-phone";
import type { TenantWrite } from "@/server/infra/db/tenant-tx";
import type { TenantId } from "@/server/kernel/ids";
import type { Tenancy } from "./builders";
import { type Lane, until } from "./pbx-lane";

export const MONEY = 100_000_000n;
/** The decision of nobody in particular. */
export const bySystem = { name: "system", userId: null } as const;

type Step = { step: string; state: string; count: number; by_hand: string };
type Steps = Record<string, Omit<Step, "step">>;

/** What tests of containment do at the real PBX; a busy machine may be slow, so waits are long. */
export function containedLane(lane: Lane) {
  const desk = () => lane.operator.tenantId as TenantId;

  const steps = async (incidentId: string): Promise<Steps> =>
    Object.fromEntries(
      (
        await lane.make.sql<Step>(
          "SELECT step, state, count, by_hand FROM containment_step s JOIN containment c ON c.id = s.containment_id WHERE c.incident_id = $1",
          [incidentId],
        )
      ).map(({ step, ...row }) => [step, row]),
    );

  return {
    desk,
    steps,

    /** A customer whose phone is registered and talks on so many calls at once. */
    hijacked: async (calls: number) => {
      const made = await lane.customer(MONEY);
      await lane.make.sql("UPDATE tenant SET max_calls = 100, max_calls_per_minute = 1000 WHERE id = $1", [
        made.tenant.tenantId,
      ]);
      const device = await made.phone.open();
      await device.register();
      const live = await Promise.all(Array.from({ length: calls }, (_, n) => device.call(`0309018${20 + n}`)));
      await Promise.all(live.map((call) => call.answered));
      return { ...made, device, live };
    },

    incident: (): Promise<{ id: string; number: string }> =>
      lane.make.one(
        `INSERT INTO incident (tenant_id, kind, title, severity, state, first_at, last_at) VALUES ($1, 'manual', 'Hijacked', 'high', 'open', now(), now())
         RETURNING id, number::text AS number`,
        [lane.operator.tenantId],
      ),

    write: <T>(work: (tx: TenantWrite) => Promise<T>): Promise<T> =>
      change(
        lane.db,
        { tenantId: desk(), action: "incident.contain", actor: { kind: "cli", id: "test", requestId: "test" } },
        async (tx) => ({ subject: "incident:test", result: await work(tx) }),
      ),

    /** Waits until nothing of it is left to do, also what had to be tried again. */
    contained: (incidentId: string) =>
      until(
        async () =>
          (await lane.make.sql("SELECT FROM incident WHERE id = $1 AND state = 'contained'", [incidentId])).length ===
            1 && Object.values(await steps(incidentId)).every(({ state }) => state === "done" || state === "skipped"),
      ),

    /** Every call was charged for the seconds it talked, once, and no money is held any more. */
    settled: async (tenant: Tenancy, live: readonly SipCall[]): Promise<void> => {
      const rows = await until(async () => {
        const found = await lane.make.sql<{ talk: number; billed: number; cost: string; state: string }>(
          `SELECT talk_ms::int AS talk, billed_seconds AS billed, cost_micros::text AS cost, state FROM call
           WHERE tenant_id = $1 AND kind = 'external' AND outcome = 'answered'`,
          [tenant.tenantId],
        );
        return found.length === live.length && found.every(({ state }) => state === "ended") ? found : undefined;
      });
      for (const { talk, billed, cost } of rows) {
        assert.equal(billed, Math.ceil(talk / 1_000));
        assert.equal(BigInt(cost), BigInt(billed) * 1_000n);
      }
      const spent = rows.reduce((sum, { cost }) => sum + BigInt(cost), 0n);
      const left = { posted: MONEY - spent, held: 0n, available: MONEY - spent };
      assert.deepEqual(await lane.make.wallet(tenant), left);
      assert.deepEqual(await lane.make.sql("SELECT * FROM ledger_check()"), []);
    },

    /** What a phone is told that calls a number. */
    codeOf: async (device: SipPhone, number: string) => (await (await device.call(number)).ended).sipCode,

    /** Calls a number, and hangs up once somebody answered. */
    reaches: async (device: SipPhone, number: string): Promise<void> => {
      const call = await device.call(number);
      await call.answered;
      call.hangUp();
      await call.ended;
    },
  };
}
