import { createHmac } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { silentLogger } from "@/server/infra/log/logger";
import { httpSms, testSms } from "@/server/infra/notify/sms";
import type { TenantId } from "@/server/kernel/ids";
import { testSettings } from "@/test/support/caller";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { everyRow, type Stage, stage } from "@/test/support/stage";
import { deliverNotification } from "@/workers/processors/deliver-notification";
import { escalateIncidents } from "@/workers/processors/escalate-incidents";
import { notifyIncident } from "@/workers/processors/notify-incident";
import type { TenantContext } from "@/workers/processors/types";

type Heard = { headers: IncomingHttpHeaders; body: string };
let db: TestDatabase;
let on: Stage;
let heard: Heard[];
let server: Server;
let port = 0;
const tenantSlug = "operator";

const open = () =>
  new Promise<void>((resolve) => {
    server = createServer((request, response) => {
      let body = "";
      request.on("data", (piece) => {
        body += piece;
      });
      request.on("end", () => {
        heard.push({ headers: request.headers, body });
        response.writeHead(200).end();
      });
    });
    server.listen(port, "127.0.0.1", () => {
      port = (server.address() as AddressInfo).port;
      resolve();
    });
  });
const close = () => new Promise<void>((resolve) => void server.close(() => resolve()));

beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
});
afterAll(() => db.drop());
beforeEach(() => {
  heard = [];
  return open();
});
afterEach(async () => {
  await close();
  await on.sql("UPDATE notify_target SET removed_at = now() WHERE removed_at IS NULL");
  await on.sql("UPDATE incident SET closed_at = now(), state = 'dismissed' WHERE closed_at IS NULL");
  await on.sql("DELETE FROM outbox_job");
});

const context = (more: Partial<TenantContext> = {}, settings: object = {}): TenantContext => ({
  jobId: "j",
  db: db.app,
  pool: db.pool,
  ami: undefined,
  reconciler: { run: async () => ({ sawChannels: false, checkedLedger: false, open: 0, live: 0, settled: 0 }) },
  log: silentLogger,
  pbx: "pbx1",
  tenantId: on.operator.tenantId as TenantId,
  settings: {
    appUrl: "https://portal.example",
    securityEventRetentionDays: 90,
    auditFile: undefined,
    webhookKey: testSettings.webhookKey,
    privateTargets: true,
    ...settings,
  },
  ...more,
});
const hook = () => `http://127.0.0.1:${port}/hook`;
/** Runs what was queued, as the queue does; a failure is the queue's to try again. */
async function deliver(more: Partial<TenantContext> = {}, settings: object = {}): Promise<string[]> {
  const jobs = await on.sql<{ payload: { deliveryId: string } }>(
    "SELECT payload FROM outbox_job WHERE job_name = 'notify.deliver' ORDER BY created_at",
  );
  const run = ({ payload }: (typeof jobs)[number]) =>
    deliverNotification(payload, context(more, settings)).then(
      () => "done",
      (error: Error) => error.name,
    );
  const ended: string[] = [];
  for (const job of jobs) ended.push(await run(job));
  return ended;
}
const states = async () =>
  (await on.as("operator").notifications.deliveries({ tenantSlug })).map(({ state, answer }) => `${state}: ${answer}`);
const signedBy = (secret: string, { headers, body }: Heard) => {
  const text = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
  const sum = createHmac("sha256", Buffer.from(secret.slice(6), "base64"))
    .update(text)
    .digest("base64");
  return headers["webhook-signature"] === `v1,${sum}`;
};
/** Of numbers taken by chance two would be the same now and then, and one incident then. */
let networks = 0;
async function attack(severity: "medium" | "high", minutesAgo = 0): Promise<string> {
  networks += 1;
  const network = `198.51.${networks}.9`;
  const failures = severity === "high" ? 60 : 20;
  const [row] = await db.pool.query<{ incident_id: string }>(
    "take",
    "SELECT incident_id FROM signal_take(now(), 'InvalidPassword', $1, $2, $3)",
    ["acme-101", network, failures],
  );
  const id = row?.incident_id ?? "";
  await on.sql("UPDATE incident SET opened_at = now() - $2 * interval '1 minute' WHERE id = $1", [id, minutesAgo]);
  return id;
}

describe("a webhook", () => {
  test("is signed with a secret that is shown once and stored nowhere, and a repeat of the job is no second message", async () => {
    const desk = on.as("operator").notifications;
    const added = await desk.add({ tenantSlug, kind: "webhook", recipient: hook() });
    expect(added.secretOnce).toMatch(/^whsec_/);
    expect(await desk.add({ tenantSlug, kind: "webhook", recipient: hook() })).toEqual({
      id: added.id,
      secretOnce: null,
    });
    const incidentId = await attack("high");
    await notifyIncident({ incidentId, severity: "high" }, context());
    await notifyIncident({ incidentId, severity: "high" }, context());
    expect(await deliver()).toEqual(["done"]);
    expect(await deliver()).toEqual(["done"]);
    expect(heard).toHaveLength(1);
    const [message] = heard as [Heard];
    expect(signedBy(added.secretOnce ?? "", message)).toBe(true);
    expect(signedBy(added.secretOnce ?? "", { ...message, body: message.body.replace("high", "low") })).toBe(false);
    expect(Math.abs(Number(message.headers["webhook-timestamp"]) - Date.now() / 1_000)).toBeLessThan(60);
    expect(JSON.parse(message.body)).toMatchObject({
      type: "incident.raised",
      data: { severity: "high", state: "triage", url: expect.stringContaining(incidentId) },
    });
    const secret = added.secretOnce ?? "";
    expect(await everyRow(db, ["public"])).not.toContain(secret.slice(6, 30));
    expect(await states()).toEqual(["sent: It answered 200."]);
  });

  test("that is down is tried again until it is up, and says why meanwhile", async () => {
    await on.as("operator").notifications.add({ tenantSlug, kind: "webhook", recipient: hook() });
    await close();
    const incidentId = await attack("high");
    await notifyIncident({ incidentId, severity: "high" }, context());
    expect(await deliver()).toEqual(["OutgoingError"]);
    expect((await states())[0]).toBe("queued: Nobody answers at its address.");
    await open();
    expect(await deliver()).toEqual(["done"]);
    expect(heard).toHaveLength(1);
    expect(await deliver()).toEqual(["done"]);
    expect(heard).toHaveLength(1);
  });

  test("changes its secret, is tested, and hears nothing once it is removed", async () => {
    const desk = on.as("operator").notifications;
    const { id: targetId, secretOnce } = await desk.add({ tenantSlug, kind: "webhook", recipient: hook() });
    const rotated = await desk.rotate({ tenantSlug, targetId });
    expect(rotated.secretOnce).not.toBe(secretOnce);
    await desk.test({ tenantSlug, targetId });
    await deliver();
    const [message] = heard as [Heard];
    expect([signedBy(rotated.secretOnce, message), signedBy(secretOnce ?? "", message)]).toEqual([true, false]);
    await desk.test({ tenantSlug, targetId });
    await desk.remove({ tenantSlug, targetId });
    await deliver();
    expect(heard).toHaveLength(1);
    await expect(desk.test({ tenantSlug, targetId })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  test("does not lead to this machine unless somebody who runs it says so", async () => {
    const desk = on.as("operator").notifications;
    const { id: targetId } = await desk.add({ tenantSlug, kind: "webhook", recipient: `https://127.0.0.1:${port}/` });
    await desk.test({ tenantSlug, targetId });
    expect(await deliver({}, { privateTargets: false })).toEqual(["done"]);
    expect(heard).toEqual([]);
    expect((await states())[0]).toMatch(/^failed: .*private network/);
    for (const address of [
      "https://user:secret@host.example/",
      "ftp://host.example/",
      "javascript:alert(1)",
      "https://",
    ]) {
      await expect(desk.add({ tenantSlug, kind: "webhook", recipient: address })).rejects.toMatchObject({
        code: "BAD_REQUEST",
      });
    }
  });
});

describe("a short message", () => {
  test("goes to the provider with its token, is held without one, and goes again by hand", async () => {
    const desk = on.as("operator").notifications;
    const { id: targetId } = await desk.add({ tenantSlug, kind: "sms", recipient: "+4915112345678" });
    await desk.test({ tenantSlug, targetId });
    await deliver();
    const [held] = await desk.deliveries({ tenantSlug });
    expect(held).toMatchObject({ state: "held", answer: expect.stringContaining("SMS_URL") });
    await on.sql("DELETE FROM outbox_job");
    await desk.sendAgain({ tenantSlug, deliveryId: held?.id ?? "" });
    await deliver({ sms: httpSms({ url: hook(), token: "sms-token", from: "Ringfence" }) });
    const [message] = heard as [Heard];
    expect(message.headers.authorization).toBe("Bearer sms-token");
    expect(JSON.parse(message.body)).toMatchObject({
      id: held?.id,
      to: "+4915112345678",
      from: "Ringfence",
      text: expect.stringMatching(/^This is a test/),
    });
    await desk.test({ tenantSlug, targetId });
    await deliver({ sms: testSms });
    expect((await states())[0]).toBe("sent: TEST: nothing was sent.");
    await expect(desk.sendAgain({ tenantSlug, deliveryId: held?.id ?? "" })).rejects.toMatchObject({
      code: "PRECONDITION_FAILED",
    });
  });
});

describe("when nobody takes an incident in its time", () => {
  const told = (id: string) =>
    on.sql(
      "SELECT detail ->> 'level' AS level FROM incident_line WHERE incident_id = $1 AND kind = 'escalated' ORDER BY seq",
      [id],
    );
  const mails = async () => (await on.sql("SELECT id FROM mail WHERE subject LIKE '%Nobody has taken%'")).length;
  const twice = () => Promise.all([escalateIncidents({}, context()), escalateIncidents({}, context())]);

  test("the next level is told once, under two workers as well, then the one after it, and nobody once it is taken", async () => {
    const desk = on.as("operator").notifications;
    await desk.add({ tenantSlug, kind: "sms", recipient: "+491511111111", level: 2 });
    await desk.add({ tenantSlug, kind: "sms", recipient: "+491512222222", level: 3, leastSeverity: "high" });
    const id = await attack("high", 14);
    await twice();
    expect(await told(id)).toEqual([]);
    await on.sql("UPDATE incident SET opened_at = now() - interval '31 minutes' WHERE id = $1", [id]);
    await twice();
    expect(await told(id)).toEqual([{ level: "2" }]);
    await twice();
    expect(await told(id)).toEqual([{ level: "2" }]);
    await on.sql("UPDATE incident_line SET at = at - interval '16 minutes' WHERE incident_id = $1", [id]);
    await twice();
    await twice();
    expect(await told(id)).toEqual([{ level: "2" }, { level: "3" }]);
    const sent = await desk.deliveries({ tenantSlug });
    expect(
      sent
        .filter(({ event }) => event === "incident.escalated")
        .map(({ address }) => address)
        .toSorted(),
    ).toEqual(["+491511111111", "+491512222222"]);
    const other = await attack("high", 20);
    await on.as("operator").incidents.acknowledge({ tenantSlug, incidentId: other });
    await twice();
    expect(await told(other)).toEqual([]);
    const events = await on.sql("SELECT seq FROM audit_event WHERE action = 'incident.escalate'");
    expect(events).toHaveLength(2);
  });

  test("the owners are mailed where level 2 is nobody", async () => {
    const before = await mails();
    await attack("medium", 61);
    await twice();
    expect(await mails()).toBe(before + 1);
  });
});

test("those below are told of what touches their phones, and of nothing else", async () => {
  await on.sql(
    "INSERT INTO extension (tenant_id, number, display_name, sip_username) VALUES ($1, '101', 'Phone', 'acme-101')",
    [on.customer.tenantId],
  );
  const beta = await on.tenant("customer", on.reseller, { slug: "beta" });
  const owner = await on.person(beta);
  await on.as("customer").notifications.add({ tenantSlug: "acme", kind: "webhook", recipient: hook() });
  await on.as("reseller").notifications.add({ tenantSlug: "reseller", kind: "sms", recipient: "+491513333333" });
  await on.as({ userId: owner }).notifications.add({ tenantSlug: "beta", kind: "webhook", recipient: hook() });
  const incidentId = await attack("high");
  await notifyIncident({ incidentId, severity: "high" }, context());
  await notifyIncident({ incidentId, severity: "high" }, context());
  await deliver({ sms: testSms });
  expect(heard).toHaveLength(1);
  expect(JSON.parse(heard[0]?.body ?? "")).toMatchObject({
    type: "incident.notice",
    data: { extensions: "acme-101", url: "https://portal.example/t/acme/notices" },
  });
  expect(heard[0]?.body).not.toMatch(/198\.51|Failed sign-ins/);
  expect(await on.as("reseller").notifications.deliveries({ tenantSlug: "reseller" })).toMatchObject([
    { state: "sent", answer: "TEST: nothing was sent." },
  ]);
  expect(await on.as({ userId: owner }).notifications.deliveries({ tenantSlug: "beta" })).toEqual([]);
});
