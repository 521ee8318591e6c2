import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

import { anchorLine } from "@/server/domain/audit/anchor-line";
import { duties } from "@/server/domain/duties/duty-kinds.schema";
import type { TenantId } from "@/server/kernel/ids";
import { jsonOf, runCli } from "@/test/server/cli/run-cli";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { noonZone } from "@/test/support/noon";
import { type Stage, stage } from "@/test/support/stage";

const tenantSlug = "operator";
let db: TestDatabase;
let on: Stage;
beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
  await on.sql("UPDATE tenant SET time_zone = $1", [noonZone()]);
});
afterAll(() => db.drop());

const desk = () => on.as("operator").duties;
const of = async (duty: string) => (await desk().list({ tenantSlug })).items.find((one) => one.duty === duty);
const daysAgo = (days: number) => on.sql("UPDATE duty SET done_at = done_at - $1 * interval '1 day'", [days]);
const trail = () =>
  on.sql<{ action: string; after: object }>(
    "SELECT action, after FROM audit_event WHERE subject LIKE 'duty:%' ORDER BY seq",
  );

test("a duty is due a period after the operator began, is done with what shows it, and is overdue the day after the next", async () => {
  expect((await desk().list({ tenantSlug })).items.map(({ duty }) => duty)).toEqual(duties.map(({ duty }) => duty));
  expect(await of("refused")).toMatchObject({ every: "week", ownerName: null, doneAt: null, note: "", overdue: false });

  await desk().take({ tenantSlug, duty: "refused", taken: true });
  await desk().done({ tenantSlug, duty: "refused", note: "Nothing but typing errors." });
  expect(await of("refused")).toMatchObject({
    ownerId: on.owners.operator,
    note: "Nothing but typing errors.",
    overdue: false,
  });
  await daysAgo(7);
  expect((await of("refused"))?.overdue).toBe(false);
  await daysAgo(1);
  expect((await desk().list({ tenantSlug })).items[0]).toMatchObject({ duty: "refused", overdue: true });
  await desk().done({ tenantSlug, duty: "refused" });
  expect(await of("refused")).toMatchObject({ note: "", overdue: false });
  await desk().take({ tenantSlug, duty: "refused", taken: false });
  expect((await of("refused"))?.ownerId).toBeNull();

  await on.sql("UPDATE tenant SET created_at = now() - interval '100 days' WHERE slug = 'operator'");
  expect((await desk().list({ tenantSlug })).items.filter(({ overdue }) => overdue)).toHaveLength(duties.length - 1);
  expect(await trail()).toMatchObject([
    { action: "duty.take", after: { owner: on.owners.operator } },
    { action: "duty.do", after: { note: "Nothing but typing errors.", left: null } },
    { action: "duty.do", after: { note: "", left: null } },
    { action: "duty.take", after: { owner: null } },
  ]);
});

test("what a colleague took is nobody else's without having been seen, and let go by whom it is or who saw it", async () => {
  const colleague = await on.person(on.operator);
  const take = (userId: string, taken: boolean, seen?: { owner: string | null }) =>
    on.as({ userId }).duties.take({ tenantSlug, duty: "bans", taken, seen });
  const me = on.owners.operator;
  await take(me, true);
  await take(me, true);
  for (const taken of [true, false]) {
    await expect(take(colleague, taken)).rejects.toMatchObject({ message: "changed_meanwhile" });
  }
  await expect(take(colleague, true, { owner: null })).rejects.toMatchObject({
    cause: {
      sentence: expect.stringContaining("it is Somebody now."),
      detail: { there: JSON.stringify({ owner: me }) },
    },
  });
  expect((await of("bans"))?.ownerId).toBe(me);
  await take(colleague, false, { owner: me });
  await take(colleague, false);
  await take(colleague, true);
  await expect(take(me, false, { owner: me })).rejects.toMatchObject({ message: "changed_meanwhile" });
  expect((await of("bans"))?.ownerId).toBe(colleague);
});

test("duties are the operator's alone", async () => {
  await expect(on.as("reseller").duties.list({ tenantSlug: "reseller" })).rejects.toMatchObject({
    message: "forbidden",
  });
});

test("the command line lists them and says that one was done", async () => {
  await jsonOf(db.appUrl, ["duty", "done", "restore", "--note", "Onto the spare machine in 40 minutes"]);
  const listed = await jsonOf<{ duty: string; note: string }[]>(db.appUrl, ["duty", "list"]);
  expect(listed.find(({ duty }) => duty === "restore")).toMatchObject({
    note: "Onto the spare machine in 40 minutes",
    overdue: false,
  });
});

test("the command line makes one somebody's, and takes it from nobody who was not named", async () => {
  const [ann, ben] = ["Ann.Duty@example.com", "ben.duty@example.com"];
  const people = [await on.person(on.operator), await on.person(on.operator)];
  for (const [at, email] of [ann, ben].entries()) {
    await on.sql("UPDATE person SET email = $2, name = '' WHERE id = $1", [people[at], email.toLowerCase()]);
  }
  const take = (...words: string[]) => jsonOf(db.appUrl, ["duty", "take", "rules", ...words]);
  const owner = async () => (await of("rules"))?.ownerName ?? null;
  expect(await take("--for", ann)).toEqual({ duty: "rules", owner: ann });
  await take("--for", ann);
  expect(await owner()).toBe(ann.toLowerCase());
  for (const to of [ben, "nobody"]) await expect(take("--for", to)).rejects.toThrow("changed_meanwhile");
  await take("--for", ben, "--from", ann);
  expect(await owner()).toBe(ben);
  await take("--for", "nobody", "--from", ben);
  expect(await owner()).toBeNull();

  const stranger = await runCli(db.appUrl, ["duty", "take", "rules", "--for", "eve@example.com"]);
  expect([stranger.code, stranger.err]).toEqual([1, expect.stringContaining("has the address eve@example.com")]);
  expect(await owner()).toBeNull();
});

test("what the system can count it counts: with something left a duty is done only by saying why", async () => {
  const left = async () =>
    Object.fromEntries(
      (await desk().list({ tenantSlug })).items.flatMap((one) => (one.left === null ? [] : [[one.duty, one.left]])),
    );
  const quiet = { incidents: 0, differences: 0, seats: 0, secrets: 0, trail: 1 };
  expect(await left()).toEqual(quiet);

  await on.sql(
    `INSERT INTO incident (tenant_id, kind, source, title, severity, state, first_at, last_at, snoozed_until)
     SELECT $1, 'price', n::text, 'Dear calls', 'low', CASE WHEN n = 1 THEN 'open' ELSE 'triage' END, now(), now(),
       CASE WHEN n = 2 THEN now() + interval '1 day' END FROM generate_series(1, 4) n`,
    [on.operator.tenantId],
  );
  await on.sql(
    "INSERT INTO difference (tenant_id, kind, subject, money_at_risk_micros, currency, healed_at) SELECT $1, 'wallet_mismatch', 'left' || n, 1, 'EUR', CASE WHEN n = 3 THEN now() END FROM generate_series(1, 3) n",
    [on.customer.tenantId],
  );
  await on.sql(
    "INSERT INTO manager_secret (name, fingerprint, since, seen_at) VALUES ('AMI_READ_SECRET', repeat('a', 64), now() - interval '91 days', now()), ('AMI_ACT_SECRET', repeat('b', 64), now() - interval '89 days', now())",
  );
  // One was never there, one was a month ago, one came yesterday, and one has just been given a seat.
  const people: string[] = [];
  for (let n = 0; n < 4; n += 1) people.push(await on.person(on.operator));
  await on.sql("UPDATE seat SET created_at = now() - interval '31 days' WHERE user_id = ANY ($1)", [
    people.slice(0, 3),
  ]);
  await on.sql(
    `INSERT INTO session (user_id, created_at, expires_at, last_seen_at, address, user_agent)
     SELECT u, now() - interval '40 days', now() + interval '1 day', now() - ago, '', '' FROM unnest($1::uuid[], $2::interval[]) x(u, ago)`,
    [people.slice(1, 3), ["31 days", "1 day"]],
  );
  expect(await left()).toEqual({ incidents: 2, differences: 2, seats: 2, secrets: 1, trail: 1 });
  // Where sessions go sooner, nobody knows which seats were used.
  const keptFor = (days: number) =>
    on.sql(
      `INSERT INTO retention_policy (tenant_id, class, action, days, set_by) VALUES ($1, 'sessions', 'delete', $2, 'ann')
       ON CONFLICT (tenant_id, class) DO UPDATE SET days = excluded.days`,
      [on.operator.tenantId, days],
    );
  await keptFor(29);
  expect(await left()).toEqual({ incidents: 2, differences: 2, secrets: 1, trail: 1 });
  await keptFor(30);
  expect(await left()).toMatchObject({ seats: 2 });

  const done = (note?: string) => desk().done({ tenantSlug, duty: "differences", ...(note && { note }) });
  await expect(done()).rejects.toMatchObject({ message: "invalid_input", cause: { detail: { field: "note" } } });
  expect((await runCli(db.appUrl, ["duty", "done", "differences"])).err).toContain("say why it is done all the same");
  expect((await of("differences"))?.doneAt).toBeNull();
  await done("Both wait for the carrier's file.");
  expect((await trail()).at(-1)).toMatchObject({ action: "duty.do", after: { left: 2 } });
  const [listed] = await jsonOf<{ duty: string; left: number }[]>(db.appUrl, ["duty", "list"]).then((rows) =>
    rows.filter(({ duty }) => duty === "differences"),
  );
  expect(listed?.left).toBe(2);

  await on.sql("UPDATE difference SET healed_at = now()");
  await desk().done({ tenantSlug, duty: "differences" });
  expect((await trail()).at(-1)).toMatchObject({ after: { note: "", left: 0 } });
});

test("the trail counts as verified when all of it was found whole, against its anchors, within the quarter", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "anchors-"));
  const file = path.join(folder, "anchors");
  const heads = await on.sql<{ tenant_id: TenantId; seq: string; hash: Buffer }>("SELECT * FROM audit_heads()");
  const lines = heads.map((head) =>
    anchorLine({ tenantId: head.tenant_id, seq: BigInt(head.seq), hash: head.hash.toString("hex") }, new Date()),
  );
  writeFileSync(file, `${lines.join("\n")}\n`);
  const left = async () => (await of("trail"))?.left;
  const verified = () =>
    on.sql<{ action: string; actor_id: string; subject: string; after: { anchors: number | null } }>(
      "SELECT actor_id, subject, after FROM audit_event WHERE action = 'audit.verify' ORDER BY at",
    );
  const rows = () => on.sql<{ n: number }>("SELECT count(*)::int AS n FROM audit_event").then(([row]) => row?.n);
  try {
    const events = await rows();
    await jsonOf(db.appUrl, ["audit", "verify"]);
    await jsonOf(db.appUrl, ["audit", "verify", "--tenant", "operator", "--against", file]);
    expect(await left()).toBe(1);
    await jsonOf(db.appUrl, ["audit", "verify", "--against", file]);
    expect(await left()).toBe(0);
    const all = { actor_id: userInfo().username, subject: "audit:all" };
    expect(await verified()).toMatchObject([
      { ...all, after: { ok: true, events, broken: 0, anchors: null } },
      { subject: `audit:${on.operator.tenantId}`, after: { ok: true, tenants: 1 } },
      { ...all, after: { ok: true, events: (events ?? 0) + 2, broken: 0, anchors: lines.length } },
    ]);
    await desk().done({ tenantSlug, duty: "trail" });

    // A quarter later it is due, and one that is not whole is no verification.
    await on.sql("UPDATE audit_event SET at = at - interval '90 days' WHERE action = 'audit.verify'");
    expect(await left()).toBe(1);
    expect((await runCli(db.appUrl, ["audit", "verify", "--against", file])).code).toBe(1);
    expect((await verified()).at(-1)).toMatchObject({ ...all, after: { ok: false, broken: 1 } });
    expect(await left()).toBe(1);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
