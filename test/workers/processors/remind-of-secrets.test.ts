import { afterAll, beforeAll, expect, test } from "vitest";
import { openDesk } from "@/server/cli/desk";
import { databaseFindings } from "@/server/cli/doctor-database";
import type { Place } from "@/server/config/place";
import { fingerprintsOf } from "@/server/domain/system/manager-secret.rules";
import { micros } from "@/server/kernel/money";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { everyRow, type Stage, stage } from "@/test/support/stage";
import { taskContext } from "@/test/support/task-context";
import { remindOfSecrets } from "@/workers/processors/remind-of-secrets";

const AUTH_SECRET = "the-key-of-this-installation-of-the-tests";
const first = { AMI_READ_SECRET: "first-secret-of-the-reader", AMI_ACT_SECRET: "first-secret-of-the-actor" };
const second = { ...first, AMI_READ_SECRET: "second-secret-of-the-reader" };

let db: TestDatabase;
let on: Stage;
beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
});
afterAll(() => db.drop());

const run = (secrets: typeof first) => {
  const job = taskContext({ db: db.app, pool: db.pool }, on.operator.tenantId);
  const settings = { ...job.settings, managerSecrets: fingerprintsOf(AUTH_SECRET, secrets) };
  return remindOfSecrets({}, { ...job, settings });
};
const age = (days: number, name: string) =>
  on.sql("UPDATE manager_secret SET since = now() - $1 * interval '1 day' WHERE name = $2", [days, name]);
const mails = () => on.sql<{ tenant_id: string; body: string }>("SELECT tenant_id, body FROM mail ORDER BY created_at");
const shown = async () => (await on.as("operator").system.get({ tenantSlug: "operator" })).managerSecrets;

async function doctorSays(secrets: typeof first) {
  const login = { username: "u", secret: "s" };
  const place: Place = {
    ...{ databaseUrl: db.appUrl, appUrl: "", sipDomain: "", sipPort: 1, sipTransport: "udp", callControlUrl: "" },
    ...{ dataDir: "", topUpApprovalLimit: micros(0n), embedded: false, secrets: { AUTH_SECRET, ...secrets } },
    ami: { host: "127.0.0.1", port: 1, tls: false, read: login, act: login },
  };
  const desk = openDesk(place);
  try {
    return (await databaseFindings(desk)).find(({ part }) => part === "manager secrets");
  } finally {
    await desk.close();
  }
}

test("new secrets are noted and nobody is reminded, however often the job runs", async () => {
  await Promise.all([run(first), run(first)]);
  await run(first);
  expect((await shown()).map(({ name }) => name)).toEqual(["AMI_READ_SECRET", "AMI_ACT_SECRET"]);
  expect(await mails()).toEqual([]);
  expect(await doctorSays(first)).toMatchObject({ ok: true, detail: expect.stringContaining("used for 0 days") });
});

test("one that is used for more than a quarter is told once to the operator's owners, by two workers at once too", async () => {
  await age(91, "AMI_READ_SECRET");
  await age(90, "AMI_ACT_SECRET");
  expect(await doctorSays(first)).toMatchObject({
    ...{ ok: false, fix: expect.stringContaining("docs/manager-secrets.md") },
    detail: "AMI_READ_SECRET used for 91 days, AMI_ACT_SECRET used for 90 days",
  });
  await on.sql("UPDATE manager_secret SET since = since + interval '1 hour' WHERE name = 'AMI_ACT_SECRET'");
  await Promise.all([run(first), run(first)]);
  await run(first);
  expect(await mails()).toMatchObject([
    { tenant_id: on.operator.tenantId, body: expect.stringMatching(/^AMI_READ_SECRET: used for more than 90 days/) },
  ]);
  expect(await on.sql("SELECT after FROM audit_event WHERE action = 'system.remind_of_secrets'")).toEqual([
    { after: { due: "AMI_READ_SECRET", owners: 1 } },
  ]);
});

test("a new secret is new, and the old one that comes back is as old as it was and not told again", async () => {
  await run(second);
  const [reader] = await shown();
  expect(Date.now() - (reader?.since.getTime() ?? 0)).toBeLessThan(3_600_000);
  expect(await doctorSays(second)).toMatchObject({ ok: true });
  // What the doctor is asked about and no worker has shown yet is new.
  expect(await doctorSays({ ...second, AMI_ACT_SECRET: "not-shown-yet" })).toMatchObject({ ok: true });
  await run(first);
  const [again] = await shown();
  expect(Date.now() - (again?.since.getTime() ?? 0)).toBeGreaterThan(90 * 86_400_000);
  expect(await mails()).toHaveLength(1);
});

test("without a PBX there are none, and no secret is kept anywhere", async () => {
  const job = taskContext({ db: db.app, pool: db.pool }, on.operator.tenantId);
  await on.sql("UPDATE manager_secret SET seen_at = now() - interval '2 days'");
  await remindOfSecrets({}, job);
  expect(await shown()).toEqual([]);
  const rows = await everyRow(db);
  for (const secret of [...Object.values(first), ...Object.values(second)]) expect(rows).not.toContain(secret);
});
