import { createHash } from "node:crypto";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";

import { readEnv } from "@/server/config/env";
import { releaseContainment, startContainment } from "@/server/domain/incidents/containments";
import { SipPhone } from "@/server/embedded/sip-phone";
import { silentLogger } from "@/server/infra/log/logger";
import type { TenantId } from "@/server/kernel/ids";
import { bySystem, containedLane, MONEY } from "@/test/support/contained-lane";
import { startCutLink } from "@/test/support/cut-link";
import { type Lane, startLane, until } from "@/test/support/pbx-lane";
import { sippCall } from "@/test/support/sipp";
import { startWorkers } from "@/workers/start";

/** A phone in the wrong hands: what an incident does about it at the real PBX, also when that cannot be reached. */
let lane: Lane;
let on: ReturnType<typeof containedLane>;
beforeAll(async () => {
  lane = await startLane();
  on = containedLane(lane);
});
afterAll(() => lane?.stop());

const atLeast = (least: number) => expect.toSatisfy((count: number) => count >= least) as number;
test("a hijacked phone is cut off in one go, reaches 112 with a new secret, and calls again after the release", async () => {
  const { tenant, phone, device, live } = await on.hijacked(3);
  const sibling = await (await lane.phone(tenant, "102")).open();
  const alarm = await device.call("112");
  await alarm.answered;
  const { id, number } = await on.incident();
  await lane.cli("incident", "contain", number, "--tenant", tenant.slug, "--extension", "101");
  await Promise.all(live.map((call) => call.ended));
  await on.contained(id);
  expect(await on.steps(id)).toMatchObject({
    ...{
      refuse: { state: "done" },
      // Where the PBX was slow to end them, it was asked once more.
      hang_up: { state: "done", count: atLeast(3) },
      rotate: { count: 1 },
      contacts: { count: 1 },
    },
  });
  await on.settled(tenant, live);

  // Whoever has the old secret is out: no registration, no call.
  expect(await lane.make.sql("SELECT id FROM pbx.ps_contacts WHERE endpoint = $1", [phone.username])).toEqual([]);
  await expect(device.register()).rejects.toThrow();
  expect(await on.codeOf(device, "030901820")).toBe(401);
  expect(await on.codeOf(device, "112"), "as the mail to the owners says").toBe(401);
  // The emergency call was nobody's to end, and the neighbour calls on.
  expect(device.calls).toContain(alarm);
  alarm.hangUp();
  await alarm.ended;
  const neighbour = await sibling.call("030901820");
  await neighbour.answered;
  neighbour.hangUp();

  const anew = await phone.open(await lane.rotate(tenant, phone.extensionId));
  await anew.register();
  expect(await on.codeOf(anew, "030901820")).toBe(403);
  expect(
    await lane.make.sql("SELECT FROM call WHERE tenant_id = $1 AND reason = 'INC-01'", [tenant.tenantId]),
  ).toHaveLength(1);
  const help = await anew.call("112");
  await help.answered;
  help.hangUp();
  await help.ended;

  const { id: containment } = await lane.make.one<{ id: string }>("SELECT id FROM containment WHERE incident_id = $1", [
    id,
  ]);
  await on.write((tx) => releaseContainment(tx, on.desk(), containment, bySystem));
  const again = await anew.call("030901820");
  await again.answered;
  again.hangUp();
  await again.ended;
});

test("forty calls at once end together, each charged for what it talked, and a kept secret still reaches 112", async () => {
  const { tenant, device, live } = await on.hijacked(40);
  const { id } = await on.incident();
  const target = { tenantId: tenant.tenantId as TenantId, extensionId: null };
  await on.write((tx) =>
    startContainment(tx, on.desk(), { incidentId: id, target, skip: ["rotate", "notify"] }, bySystem),
  );
  await Promise.all(live.map((call) => call.ended));
  await on.contained(id);
  expect((await on.steps(id))["hang_up"]).toMatchObject({ count: atLeast(40) });
  await on.settled(tenant, live);
  const help = await device.call("112");
  await help.answered;
  help.hangUp();
  await help.ended;
});

test("a hijacked phone that dials premium numbers in parallel is contained by rule: it costs a day's cap and one hold at most", async () => {
  const [SECOND, CAP, SLICE] = [100_000n, 20_000_000n, 30];
  const { tenant, phone } = await lane.customer(
    MONEY,
    { perMinute: 60n * SECOND, first: 1, next: 1 },
    { slice: SLICE },
  );
  await lane.make.sql("UPDATE tenant SET max_calls = 100, max_calls_per_minute = 1000 WHERE id = $1", [
    tenant.tenantId,
  ]);
  await lane.make.sql("UPDATE extension SET daily_cap_micros = $2 WHERE id = $1", [phone.extensionId, CAP]);
  const opened = ["--tenant", tenant.slug, "--country", "DE", "--numbers", "special"];
  await lane.cli("destinations", "allow", ...opened);
  const { username, secret } = phone;
  const stolen = { server: { host: "127.0.0.1", port: lane.stack.runtime.sipPort }, username, secret };
  // One call is on before the others come: of those the rule may be quicker than the thief, then none gets through.
  const first = await (await phone.open()).call("09005123450");
  await first.answered;
  const calls = await Promise.all(
    Array.from({ length: 7 }, (_, n) => sippCall(stolen, `0900512345${n + 1}`, { holdMs: 240_000 })),
  );
  // None of them ended because the thief had enough.
  expect((await first.ended).side).toBe("them");
  const answered = calls.filter(({ status }) => status === 200);
  expect(answered.map(({ endedBy }) => endedBy)).toEqual(answered.map(() => "server"));
  const { id } = await until(async () => {
    const text = "SELECT incident_id AS id FROM containment WHERE extension_id = $1 AND released_at IS NULL";
    return (await lane.make.sql<{ id: string }>(text, [phone.extensionId]))[0];
  });
  await on.contained(id);
  const { spent } = await lane.make.one<{ spent: string }>(
    "SELECT coalesce(sum(cost_micros), 0)::text AS spent FROM call WHERE tenant_id = $1 AND state = 'ended'",
    [tenant.tenantId],
  );
  expect(BigInt(spent)).toBeLessThanOrEqual(CAP + SECOND * BigInt(SLICE));
  // Calls are settled by their own ends, which may be a moment after the last step.
  await until(async () => (await lane.make.wallet(tenant)).held === 0n);
  expect((await sippCall(stolen, "09005123450", { holdMs: 1_000 })).status).not.toBe(200);
});

test("a worker killed in the middle of a containment leaves it to the next, which ends it whole, each step once", async () => {
  const { tenant, phone, live } = await on.hijacked(3);
  const { id: owner } = await lane.make.one<{ id: string }>(
    "INSERT INTO person (email, name) VALUES ($1, 'Owner') RETURNING id",
    [`${tenant.slug}-owner@test.example`],
  );
  await lane.make.sql("INSERT INTO seat (tenant_id, user_id, role) VALUES ($1, $2, 'owner')", [tenant.tenantId, owner]);
  const { id } = await on.incident();
  // Somebody else has the phone's row, so that the secret cannot be replaced: there the worker is when it is killed.
  const inTheWay = new Client({ connectionString: lane.stack.urls.owner });
  await inTheWay.connect();
  try {
    await inTheWay.query("BEGIN");
    await inTheWay.query("SELECT FROM extension WHERE id = $1 FOR NO KEY UPDATE", [phone.extensionId]);
    const target = { tenantId: tenant.tenantId as TenantId, extensionId: phone.extensionId };
    await on.write((tx) => startContainment(tx, on.desk(), { incidentId: id, target }, bySystem));
    await until(async () => (await on.steps(id))["rotate"]?.state === "running");
    await lane.stack.killWorker();
    expect((await on.steps(id))["notify"]).toMatchObject({ state: "waiting" });
  } finally {
    await inTheWay.end();
  }
  await lane.stack.restartWorker();
  await Promise.all(live.map((call) => call.ended));
  await on.contained(id);
  await on.settled(tenant, live);
  const trail = await lane.make.sql<{ action: string; n: number }>(
    `SELECT action, count(*)::int AS n FROM audit_event WHERE tenant_id = $1 AND actor_id = 'incident.contain'
       AND action <> 'incident.contain_step' GROUP BY action ORDER BY action`,
    [tenant.tenantId],
  );
  expect(trail).toEqual([
    { action: "extension.forget_phones", n: 1 },
    { action: "extension.rotate_secret", n: 1 },
    { action: "incident.tell_tenant", n: 1 },
  ]);
  const done = await lane.make.sql<{ step: string; n: number }>(
    "SELECT detail ->> 'step' AS step, count(*)::int AS n FROM incident_line WHERE incident_id = $1 AND kind = 'contain_step' GROUP BY 1 ORDER BY 1",
    [id],
  );
  const steps = ["contacts", "evidence", "hang_up", "notify", "rotate", "sources"];
  expect(done).toEqual(steps.map((step) => ({ step, n: 1 })));
  expect(await lane.make.sql("SELECT FROM evidence_snapshot WHERE incident_id = $1", [id])).toHaveLength(1);
  expect(await lane.make.sql("SELECT FROM mail WHERE tenant_id = $1", [tenant.tenantId])).toHaveLength(1);
});

test("the link to the PBX cut in the middle: all but the calls is done, the command does it by hand, and the rest follows by itself", async () => {
  await lane.stack.killWorker();
  const link = await startCutLink(lane.stack.runtime.amiPort ?? 0);
  const workers = await startWorkers(readEnv({ ...lane.stack.env, AMI_PORT: String(link.port) }), silentLogger);
  try {
    const { tenant, phone, device, live } = await on.hijacked(3);
    const { id } = await on.incident();
    link.cutAt("Hangup");
    const target = { tenantId: tenant.tenantId as TenantId, extensionId: phone.extensionId };
    await on.write((tx) => startContainment(tx, on.desk(), { incidentId: id, target }, bySystem));
    await until(async () => {
      const now = await on.steps(id);
      return now["hang_up"]?.state === "failed" && now["notify"]?.state === "done";
    });
    expect(await on.steps(id)).toMatchObject({ rotate: { state: "done" }, contacts: { state: "done" } });
    expect(await on.codeOf(device, "030901820")).toBe(401);
    expect(device.calls.length).toBe(3);

    const [command = ""] = (await on.steps(id))["hang_up"]?.by_hand.split("\n") ?? [];
    const [, typed = ""] = /^asterisk -rx "(.+)"$/.exec(command) ?? [];
    await lane.stack.pbx?.cli(typed);
    await Promise.race(live.map((call) => call.ended));
    expect(device.calls.length).toBe(2);

    link.mend();
    await Promise.all(live.map((call) => call.ended));
    await on.contained(id);
    await on.settled(tenant, live);
  } finally {
    await workers.stop();
    await link.close();
    await lane.stack.restartWorker();
  }
});

test("a phone in the browser calls as its extension until its time, a suspension or a containment ends it", async () => {
  const { tenant, phone } = await lane.customer(MONEY);
  const { id: person } = await lane.make.one<{ id: string }>(
    "INSERT INTO person (email, name) VALUES ($1, 'Somebody') RETURNING id",
    [`${tenant.slug}@test.example`],
  );
  const { id: session } = await lane.make.one<{ id: string }>(
    "INSERT INTO session (user_id, expires_at) VALUES ($1, now() + interval '1 hour') RETURNING id",
    [person],
  );
  const server = { host: "127.0.0.1", port: lane.stack.runtime.sipPort };
  let opened = 0;
  /** As the portal makes one, but with a secret that the test knows. */
  const browser = async () => {
    opened += 1;
    const username = `${phone.username}.w${opened}`;
    const digest = createHash("md5").update(`${username}:ringfence:${opened}-secret`).digest("hex");
    await lane.make.sql("SELECT set_config('app.tenant_id', $1, false)", [tenant.tenantId]);
    await lane.make.sql("SELECT * FROM browser_phone_open($1, $2, $3, $4, '198.51.100.9')", [
      phone.extensionId,
      session,
      `w${opened}`,
      `MD5:${digest}`,
    ]);
    return { username, device: await SipPhone.open({ username, secret: `${opened}-secret`, server }) };
  };
  const gone = { sipCode: 401 };

  const first = await browser();
  await first.device.register();
  expect(await lane.make.sql("SELECT address FROM registration WHERE extension_id = $1", [phone.extensionId])).toEqual([
    { address: "198.51.100.9" },
  ]);
  const call = await first.device.call("030901820");
  await call.answered;
  call.hangUp();
  await on.settled(tenant, [call]);
  expect(
    await lane.make.sql("SELECT extension_id, extension_number, source_address FROM call WHERE tenant_id = $1", [
      tenant.tenantId,
    ]),
    "it is a call of the extension, from where the browser is",
  ).toEqual([{ extension_id: phone.extensionId, extension_number: "101", source_address: "198.51.100.9" }]);
  await lane.make.sql("UPDATE pbx.browser_phones SET expires_at = clock_timestamp() WHERE name = $1", [first.username]);
  await expect(first.device.register()).rejects.toMatchObject(gone);

  const second = await browser();
  await second.device.register();
  await lane.make.sql("UPDATE extension SET state = 'suspended' WHERE id = $1", [phone.extensionId]);
  await expect(second.device.register()).rejects.toMatchObject(gone);
  await lane.make.sql("UPDATE extension SET state = 'active' WHERE id = $1", [phone.extensionId]);
  await second.device.register();

  const { id, number } = await on.incident();
  await lane.cli("incident", "contain", number, "--tenant", tenant.slug, "--extension", "101");
  await on.contained(id);
  await expect(second.device.register()).rejects.toMatchObject(gone);
  expect(await lane.make.sql("SELECT FROM pbx.ps_contacts WHERE endpoint LIKE $1", [`${phone.username}%`])).toEqual([]);
  for (const { device } of [first, second]) await device.close();
});
