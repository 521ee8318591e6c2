import { randomUUID } from "node:crypto";

import { afterAll, beforeAll, expect, test } from "vitest";

import { endingOf } from "@/server/domain/calls/outcome.rules";
import { saveBeat, type WorkerReport } from "@/server/domain/system/workers";
import { permissionsFor } from "@/server/domain/tenancy/roles";
import { nameTrunk } from "@/server/infra/db/name-trunk";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { restDesk } from "@/test/support/rest-desk";
import { type Stage, stage } from "@/test/support/stage";
import { jsonOf, runCli } from "../cli/run-cli";

let db: TestDatabase;
let on: Stage;
beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
  await nameTrunk(db.ownerUrl, { endpoint: "harbour", match: "192.0.2.10:5060/32" });
});
afterAll(() => db.drop());

const operator = { tenantSlug: "operator" };
const report = (trunk: NonNullable<WorkerReport["ami"]>["trunk"]): WorkerReport => ({
  ...{ version: "1", node: "20", memoryBytes: 1, calls: { live: 2, endsWaiting: 0, endsDropped: 0 } },
  ami: {
    ...{ connected: true, since: new Date(), lastEventAt: null, problem: null, droppedEvents: 0, bootedAt: null },
    ...{ clockOffsetMs: 3, version: "22.7.0", calls: 4, trunk },
  },
  queue: { backend: "redis", there: true, waiting: 0, active: 0, delayed: 0, failed: 0 },
  ...{ failed: [], mail: true, payments: null },
});
const beat = (pbx: string, trunk: Parameters<typeof report>[0]) =>
  saveBeat(db.pool, { id: `worker of ${pbx}`, pbx, startedAt: new Date(), report: report(trunk) });
type Made = { kind?: string; cause?: number; answered?: boolean; minutes?: number; from?: string; reason?: string };
/** Ended as calls end: not answered with the reason that is written for the cause; `reason`, one of the portal's own. */
const ended = ({ kind = "external", cause = 16, answered = false, minutes = 1, from = "", reason }: Made) => {
  const ending = endingOf(answered ? "ANSWER" : cause === 17 ? "BUSY" : "CHANUNAVAIL", cause, kind);
  const blocked = reason !== undefined && !answered;
  return on.sql(
    `INSERT INTO call (tenant_id, pbx, pbx_call_id, kind, dialled, state, outcome, started_at, ended_at, answered_at, talk_ms, hangup_cause,
       source_address, reason, currency)
     SELECT $1, 'pbx1', $2, $3, '4930', 'ended', $9::call_outcome, t, t, CASE WHEN $4 THEN t END, CASE WHEN $4 THEN 60000 END, $5, $6, $7, 'EUR'
     FROM (SELECT now() - $8::int * interval '1 minute' AS t) x`,
    [
      ...[on.customer.tenantId, randomUUID(), kind, answered, cause, from, reason ?? ending.reason, minutes],
      blocked ? "blocked" : ending.outcome,
    ],
  );
};

test("a PBX is told as its newest worker has it, with what the portal counts of it", async () => {
  await beat("pbx1", null);
  await beat("pbx2", { status: "Reachable", roundTripMs: 12.5 });
  await on.sql(
    `INSERT INTO pbx.ps_contacts (id, uri, expiration_time, endpoint, reg_server)
     SELECT 'c' || n, 'sip:a@192.0.2.1', (extract(epoch FROM now()) + 300 * n)::bigint::text, 'a', 'pbx1' FROM generate_series(-1, 2) n WHERE n <> 0`,
  );
  await on.sql(
    `INSERT INTO call (tenant_id, pbx, pbx_call_id, kind, dialled, state, started_at, currency)
     SELECT $1, 'pbx1', gen_random_uuid()::text, 'external', '4930', 'authorised', now() - n * interval '1 second', 'EUR' FROM unnest(ARRAY[0, 20, 80]) n`,
    [on.customer.tenantId],
  );
  const { pbxs } = await on.as("operator").pbx.list(operator);
  expect(pbxs).toMatchObject([
    { pbx: "pbx1", contacts: 2, live: 3, begun: 2, link: { connected: true, calls: 4 } },
    { pbx: "pbx2", contacts: 0, live: 0, begun: 0 },
  ]);
  await on.sql("DELETE FROM call");
});

test("a trunk is told with what it carried within the hour or the day, each call once and only where it belongs", async () => {
  await ended({ answered: true });
  await ended({ cause: 17 });
  await ended({ cause: 34 });
  await ended({ cause: 34, minutes: 120 });
  await ended({ cause: 21, reason: "BAL-01" });
  // Cut when the money was used up: it was answered.
  await ended({ answered: true, reason: "BAL-02" });
  await ended({ kind: "internal", answered: true });
  await ended({ kind: "emergency", answered: true });
  await ended({ kind: "inbound", answered: true, from: "192.0.2.10:5060" });
  await ended({ kind: "inbound", answered: true, from: "198.51.100.7:5060" });
  const hour = await on.as("operator").pbx.trunks(operator);
  const of = (board: typeof hour, trunk: string) => board.trunks.find((one) => one.trunk === trunk);
  expect(of(hour, "carrier")).toMatchObject({
    contacts: [{ pbx: "pbx2", status: "Reachable", roundTripMs: 12.5 }],
    sums: { live: 0, out: { calls: 5, answered: 3, averageSeconds: 60, failed: 1, lastFailed: { cause: 34 } } },
  });
  expect(of(hour, "harbour")).toMatchObject({
    ...{ configured: ["192.0.2.10:5060/32"], contacts: [] },
    sums: { out: { calls: 0 }, in: { calls: 1, answered: 1 } },
  });
  const day = await on.as("operator").pbx.trunks({ ...operator, hours: 24 });
  expect(of(day, "carrier")?.sums.out).toMatchObject({ calls: 6, failed: 2 });
  expect(day.charged).toEqual({ currency: "EUR", micros: 0n });

  // What a worker said that is gone is no state of now.
  await on.sql("UPDATE worker_state SET beat_at = beat_at - interval '21 seconds' WHERE pbx = 'pbx2'");
  expect(of(await on.as("operator").pbx.trunks(operator), "carrier")?.contacts).toEqual([]);
});

test("a script reads both, and with which causes calls were not answered", async () => {
  expect(await jsonOf(db.appUrl, ["pbx", "list"])).toMatchObject([
    { pbx: "pbx1", connected: true, problem: null, version: "22.7.0" },
    { pbx: "pbx2", connected: true },
  ]);
  expect(await jsonOf(db.appUrl, ["pbx", "show", "--pbx", "pbx2"])).toMatchObject({ pbx: "pbx2", connected: true });
  expect((await runCli(db.appUrl, ["pbx", "show", "--pbx", "pbx9", "--json"])).out).toContain("not_found");
  expect(await jsonOf(db.appUrl, ["trunk", "show", "--trunk", "carrier", "--hours", "24"])).toMatchObject({
    trunk: "carrier",
    sums: { out: { calls: 6, failed: 2, causes: expect.arrayContaining([{ cause: 34, calls: 2 }]) } },
  });
  const { out } = await runCli(db.appUrl, ["trunk", "show", "--trunk", "carrier"]);
  expect(out).toContain("out: 5 calls, 3 answered, 1 failed in the network; causes: ");
  expect(out).toMatch(/\b34 ×1\b/);
  expect(await runCli(db.appUrl, ["trunk", "show", "--trunk", "harbor", "--json"])).toMatchObject({
    out: expect.stringContaining("not_found"),
  });
  expect((await runCli(db.appUrl, ["trunk", "show", "--trunk", "carrier", "--hours", "7"])).err).toContain("1 or 24.");

  const rest = restDesk(db);
  const { tokenOnce } = await rest.token(on.owners.operator, "operator", permissionsFor("owner"));
  const { body } = await rest.ask(tokenOnce, "GET /trunks?hours=24");
  const carrier = (body["data"] as { trunk: string }[]).find(({ trunk }) => trunk === "carrier");
  expect(carrier).toMatchObject({ out: { failed: 2, causes: expect.arrayContaining([{ cause: 34, calls: 2 }]) } });
});

test("both are the operator's alone, by the page and by the database", async () => {
  const reseller = on.as("reseller").pbx;
  const there = { tenantSlug: "reseller" };
  await expect(reseller.list(there)).rejects.toMatchObject({ message: "forbidden" });
  await expect(reseller.trunks(there)).rejects.toMatchObject({ message: "forbidden" });
  await on.sql("SELECT set_config('app.tenant_id', $1, false)", [on.reseller.tenantId]);
  for (const ask of ["pbx_counts()", "trunk_calls('carrier', now())"]) {
    await expect(on.sql(`SELECT * FROM ${ask}`)).rejects.toMatchObject({ code: "RF007" });
  }
});
