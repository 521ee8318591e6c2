import { readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

import { migrationsFolder } from "@/server/infra/db/migration-files";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { exportDesk, manyCalls } from "@/test/support/export-desk";
import { noonZone } from "@/test/support/noon";
import { type Stage, stage } from "@/test/support/stage";
import { taskContext } from "@/test/support/task-context";
import { runExportSchedules } from "@/workers/processors/run-export-schedules";

let db: TestDatabase;
let on: Stage;
let desk: ReturnType<typeof exportDesk>;
beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
  desk = exportDesk(db, on.as("customer"), on.customer);
  await on.sql("UPDATE tenant SET time_zone = 'Europe/Berlin' WHERE id = $1", [on.customer.tenantId]);
});
afterAll(() => db.drop());

const tenantSlug = "acme";
const run = () => runExportSchedules({}, taskContext({ db: db.app, pool: db.pool }, on.operator.tenantId));
const exportsOf = () => on.as("customer");
const add = (every: string, what = "calls", filter: object = { outcome: "answered", from: "2020-01-01" }) =>
  exportsOf().exports.schedule({ tenantSlug, every, file: { what, filter } } as never);
const due = (id: string, at: string) => on.sql("UPDATE export_schedule SET next_at = $2 WHERE id = $1", [id, at]);
const files = () =>
  on.sql<{ id: string; task_id: string; filter: object }>(
    "SELECT id, task_id, settings -> 'filter' AS filter FROM export_file WHERE schedule_id IS NOT NULL ORDER BY as_of",
  );
const mails = () =>
  on.sql<{ recipient: string; subject: string; body: string }>(
    "SELECT recipient, subject, body FROM mail ORDER BY created_at",
  );

test("each period is asked for once, of the days before it in the tenant's zone, and the mail has the way and no data", async () => {
  const { id, nextAt } = await add("week");
  expect(nextAt.getTime()).toBeGreaterThan(Date.now());
  const local = new Intl.DateTimeFormat("en", {
    timeZone: "Europe/Berlin",
    weekday: "short",
    hour: "numeric",
    hourCycle: "h23",
  });
  expect(local.format(nextAt)).toMatch(/Mon,? 02/);
  await manyCalls(db, on.customer, 3, "2026-03-04T10:00:00Z");
  await due(id, "2026-03-09T01:00:00Z");
  await Promise.all([run(), run()]);
  const made = await files();
  expect(made.map(({ filter }) => filter)).toContainEqual({
    outcome: "answered",
    from: "2026-03-02",
    to: "2026-03-08",
  });
  const first = made.filter(({ filter }) => (filter as { from: string }).from === "2026-03-02");
  expect(first).toHaveLength(1);
  // Periods that were missed come one after the other; this one is set to the next.
  await on.sql("UPDATE export_schedule SET next_at = now() + interval '1 day' WHERE id = $1", [id]);
  expect(await mails()).toEqual([]);
  for (const { task_id } of made) await desk.make(task_id);
  await Promise.all([run(), run()]);
  const { email } = await on.one<{ email: string }>("SELECT email FROM person WHERE id = $1", [on.owners.customer]);
  const told = await mails();
  expect(told).toHaveLength(made.length);
  expect(told[0]).toMatchObject({ recipient: email, subject: "Your file is ready: calls" });
  expect(told[0]?.body).toContain("https://portal.example/t/acme/exports");
  expect(told[0]?.body).not.toMatch(/\+?4930\d/);
  await run();
  expect(await mails()).toHaveLength(made.length);
});

test("a file that could not be made is told in the reader's language; a schedule rests when its maker may not read the list any more", async () => {
  await on.sql("DELETE FROM mail");
  await on.sql("UPDATE person SET language = 'de' WHERE id = $1", [on.owners.customer]);
  const { id } = await add("day", "extensions", {});
  await due(id, new Date(Date.now() - 1_000).toISOString());
  await run();
  const last = (await files()).at(-1);
  expect(last?.filter).toEqual({});
  await on.sql("UPDATE task SET state = 'failed', error = 'It did not work.', ended_at = now() WHERE id = $1", [
    last?.task_id,
  ]);
  await run();
  const [told, ...others] = await mails();
  expect(others).toEqual([]);
  expect(told?.subject).toBe("Ihre Datei konnte nicht erstellt werden: Nebenstellen");
  expect(told?.body).toContain("/t/acme/exports");
  expect(told?.body).not.toMatch(/extensions|file|It did not work/);
  await on.sql("DELETE FROM seat WHERE user_id = $1", [on.owners.customer]);
  await due(id, new Date(Date.now() - 1_000).toISOString());
  const before = await files();
  await run();
  expect(await files()).toHaveLength(before.length);
  expect(
    await on.one("SELECT paused_at IS NOT NULL AS paused, note <> '' AS told FROM export_schedule WHERE id = $1", [id]),
  ).toEqual({ paused: true, told: true });
  await on.sql("INSERT INTO seat (tenant_id, user_id, role) VALUES ($1, $2, 'owner')", [
    on.customer.tenantId,
    on.owners.customer,
  ]);
});

test("a document that was asked for before languages were kept is made in that of whoever asked, or of the tenant", async () => {
  const other = await on.person(on.customer);
  await on.sql("UPDATE person SET language = 'fr' WHERE id = $1", [other]);
  await on.sql("UPDATE tenant SET language = 'es' WHERE id = $1", [on.customer.tenantId]);
  await on.sql("UPDATE person SET language = NULL WHERE id = $1", [on.owners.customer]);
  const asked = { what: "calls", filter: {}, format: "pdf" };
  const old = async (person: string, settings: object) =>
    (
      await on.one<{ id: string }>(
        `INSERT INTO export_schedule (tenant_id, person_id, every, what, settings, next_at)
         VALUES ($1, $2, 'day', 'calls', $3, now() + interval '1 day') RETURNING id`,
        [on.customer.tenantId, person, JSON.stringify(settings)],
      )
    ).id;
  const ids = [
    await old(other, asked),
    await old(on.owners.customer, asked),
    await old(other, { ...asked, language: "ar" }),
    await old(other, { ...asked, format: "csv" }),
  ];
  await on.sql(readFileSync(path.join(migrationsFolder, "0168_schedule_language", "migration.sql"), "utf8"));
  const language = async (id: string) =>
    (
      await on.one<{ said: string | null }>(
        "SELECT settings ->> 'language' AS said FROM export_schedule WHERE id = $1",
        [id],
      )
    ).said;
  expect(await Promise.all(ids.map(language))).toEqual(["fr", "es", "ar", null]);
  await due(ids[0] ?? "", new Date(Date.now() - 1_000).toISOString());
  await run();
  expect(
    await on.one("SELECT settings -> 'style' ->> 'language' AS said FROM export_file WHERE schedule_id = $1", [ids[0]]),
  ).toEqual({ said: "fr" });
  await on.sql("DELETE FROM export_schedule WHERE id = ANY($1)", [ids]);
});

test("it is paused, goes on and is removed by who may read the list, at their own tenant only", async () => {
  const { id } = await add("month", "ledger", {});
  const one = { tenantSlug, scheduleId: id };
  await exportsOf().exports.pauseSchedule(one);
  await due(id, new Date(Date.now() - 1_000).toISOString());
  const before = await files();
  await run();
  expect(await files()).toHaveLength(before.length);
  await exportsOf().exports.resumeSchedule(one);
  const listed = (await exportsOf().exports.schedules({ tenantSlug })).find((schedule) => schedule.id === id);
  expect(listed).toMatchObject({ what: "ledger", every: "month", pausedAt: null });
  expect(listed?.nextAt.getTime()).toBeGreaterThan(Date.now());
  await expect(
    on.as("reseller").exports.removeSchedule({ tenantSlug: on.reseller.slug, scheduleId: id }),
  ).rejects.toMatchObject({ cause: { code: "not_found" } });
  await exportsOf().exports.removeSchedule(one);
  expect((await exportsOf().exports.schedules({ tenantSlug })).map((schedule) => schedule.id)).not.toContain(id);
});

test("a file of security events is of the period that is over as well", async () => {
  const { id } = await add("week", "security_events", { severity: "high" });
  await due(id, "2026-03-09T01:00:00Z");
  await run();
  expect((await files()).map(({ filter }) => filter)).toContainEqual({
    severity: "high",
    from: "2026-03-02",
    to: "2026-03-08",
  });
  await exportsOf().exports.removeSchedule({ tenantSlug, scheduleId: id });
});

test("of a bar that was pressed nothing is left in what is made by itself, nor in what was stored before", async () => {
  const bar = { since: "2026-01-05T10:00:00Z", until: "2026-01-05T10:05:00Z" };
  const { id } = await add("week", "security_events", { transport: "TLS", ...bar });
  const listed = (await exportsOf().exports.schedules({ tenantSlug })).find((schedule) => schedule.id === id);
  expect(listed?.filter).toEqual({ transport: "TLS" });
  await on.sql("UPDATE export_schedule SET settings = jsonb_set(settings, '{filter}', $2) WHERE id = $1", [
    id,
    JSON.stringify({ transport: "TLS", ...bar }),
  ]);
  await due(id, "2026-03-16T01:00:00Z");
  await run();
  expect((await files()).map(({ filter }) => filter)).toContainEqual({
    transport: "TLS",
    from: "2026-03-09",
    to: "2026-03-15",
  });
  await exportsOf().exports.removeSchedule({ tenantSlug, scheduleId: id });
});

test.each([
  ["month", "2026-03-01T05:00:00Z", "2026-02"],
  ["week", "2026-04-06T05:00:00Z", "2026-03"],
  ["day", "2026-05-02T05:00:00Z", "2026-05"],
])(
  "a file of earnings of every %s is of the month in which the period that is over began",
  async (every, at, month) => {
    const asked = { tenantSlug: on.reseller.slug, every, file: { what: "earnings", filter: { month: "2025-07" } } };
    const { id } = await on.as("reseller").exports.schedule(asked as never);
    const made = () =>
      on.one<{ filter: object }>("SELECT settings -> 'filter' AS filter FROM export_file WHERE schedule_id = $1", [id]);
    await due(id, at);
    await run();
    expect(await made()).toEqual({ filter: { month } });
    await on.as("reseller").exports.removeSchedule({ tenantSlug: on.reseller.slug, scheduleId: id });
  },
);

test("one that fails is put off by an hour, and rests once its day is over; others have their turn", async () => {
  const { id } = await add("day", "ledger", {});
  const other = await add("day", "calls", {});
  await on.sql("UPDATE export_schedule SET settings = '{}' WHERE id = $1", [id]);
  // Begins an hour's day: a zone in which it is noon.
  const zone = noonZone();
  await on.sql("UPDATE tenant SET time_zone = $2 WHERE id = $1", [on.customer.tenantId, zone]);
  await due(id, new Date(Date.now() - 60_000).toISOString());
  await due(other.id, new Date(Date.now() - 1_000).toISOString());
  const before = await files();
  await run();
  expect(await files()).toHaveLength(before.length + 1);
  const stored = () =>
    on.one<{ later: boolean; paused: boolean; note: string }>(
      "SELECT next_at > now() + interval '50 minutes' AS later, paused_at IS NOT NULL AS paused, note FROM export_schedule WHERE id = $1",
      [id],
    );
  expect(await stored()).toEqual({ later: true, paused: false, note: expect.stringContaining("could not") });
  await due(id, new Date(Date.now() - 86_400_000).toISOString());
  await run();
  expect(await stored()).toEqual({ later: false, paused: true, note: expect.stringContaining("rests") });
  await on.sql("UPDATE tenant SET time_zone = 'Europe/Berlin' WHERE id = $1", [on.customer.tenantId]);
});
