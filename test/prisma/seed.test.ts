import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

import { type Demo, seed } from "@/prisma/seed";
import { commonParts, commonPasswords } from "@/server/auth/common-passwords";
import { passwordProblem } from "@/server/auth/password.rules";
import { verifyPassword } from "@/server/auth/passwords";
import { findSignIn } from "@/server/domain/tenancy/sessions";
import { createDatabase, type TestDatabase } from "@/test/support/database";

let db: TestDatabase;
let dataDir: string;
let demo: Demo | undefined;
beforeAll(async () => {
  db = await createDatabase();
  dataDir = mkdtempSync(path.join(tmpdir(), "ringfence-seed-"));
  demo = await seed({ databaseUrl: db.appUrl, dataDir });
});
afterAll(async () => {
  rmSync(dataDir, { recursive: true, force: true });
  await db.drop();
});

const rows = async (text: string) => (await db.owner.query(text)).rows;

test("there is an operator, two resellers and three customers, and somebody of every role", async () => {
  expect(await rows("SELECT kind, count(*)::int FROM tenant GROUP BY kind ORDER BY kind")).toEqual([
    { kind: "customer", count: 3 },
    { kind: "operator", count: 1 },
    { kind: "reseller", count: 2 },
  ]);
  expect((await rows("SELECT DISTINCT role FROM seat")).map((row) => row.role).sort()).toEqual(
    ["admin", "auditor", "billing", "incident_responder", "owner", "support", "viewer"].sort(),
  );
});

test("a few hundred calls lie in the past, answered, unanswered and refused, and every cent adds up", async () => {
  const [calls] = await rows(`SELECT count(*)::int AS n, count(*) FILTER (WHERE outcome = 'answered')::int AS answered,
    count(*) FILTER (WHERE outcome = 'blocked')::int AS blocked, count(DISTINCT outcome)::int AS kinds, count(*) FILTER (WHERE state <> 'ended')::int AS open,
    min(started_at) < now() - interval '25 days' AS long, max(ended_at) < now() AS past FROM call`);
  expect(calls.n).toBeGreaterThan(300);
  expect(calls.answered).toBeGreaterThan(150);
  expect(calls.blocked).toBeGreaterThan(10);
  expect(calls).toMatchObject({ kinds: 5, open: 0, long: true, past: true });
  expect(await rows("SELECT * FROM ledger_check()")).toEqual([]);
  expect((await rows("SELECT DISTINCT reason FROM call WHERE outcome = 'blocked'")).map((row) => row.reason)).toEqual(
    expect.arrayContaining(["DST-01", "DST-04", "SEC-01"]),
  );
  expect(await rows("SELECT 1 FROM difference")).toEqual([]);
});

test("nobody ends without credit, and every reseller earns", async () => {
  const wallets = await rows(
    `SELECT t.slug, (posted_micros - held_micros)::bigint AS left FROM wallet JOIN tenant t ON t.id = tenant_id WHERE t.kind <> 'operator'`,
  );
  expect(wallets).toHaveLength(5);
  for (const wallet of wallets) expect(BigInt(wallet.left), wallet.slug).toBeGreaterThan(1_000_000n);
  const [margin] = await rows(`SELECT bool_and(paid.charged_micros >= cost.charged_micros) AS ok FROM hold paid
    JOIN hold cost ON cost.call_id = paid.call_id AND cost.level = 1 WHERE paid.level = 0`);
  expect(margin.ok).toBe(true);
});

test("the operator pays carriers for every call that left the house, and less than it is paid", async () => {
  const [paid] =
    await rows(`SELECT count(*)::int AS calls, bool_and(k.micros > 0 AND k.micros < h.charged_micros) AS earned
    FROM call c JOIN tenant o ON o.kind = 'operator' CROSS JOIN carrier_cost(o.cost_plan_id, c.to_e164, c.answered_at, c.talk_ms) k
      JOIN LATERAL (SELECT charged_micros FROM hold WHERE call_id = c.id ORDER BY level DESC LIMIT 1) h ON true
    WHERE c.kind = 'external' AND c.outcome = 'answered'`);
  expect(paid.calls).toBeGreaterThan(150);
  expect(paid.earned).toBe(true);
});

test("people outside called the numbers of the demo, and those calls cost nothing", async () => {
  const [incoming] =
    await rows(`SELECT count(*)::int AS n, bool_and(cost_micros = 0 AND extension_id IS NOT NULL) AS free,
    count(DISTINCT from_number)::int AS callers FROM call WHERE kind = 'inbound'`);
  expect(incoming.n).toBeGreaterThan(20);
  expect(incoming).toMatchObject({ free: true, callers: 5 });
});

test("the sign-ins work, their passwords are strong, and the file is for its owner's eyes", async () => {
  const file = path.join(dataDir, "demo.json");
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(demo);
  const first = demo?.signIns[0];
  const person = await findSignIn(db.app, first?.email ?? "");
  expect(await verifyPassword(person?.passwordHash, first?.password ?? "")).toBe(true);
  for (const { email, password } of demo?.signIns ?? []) {
    expect(passwordProblem(password, { email, common: commonParts, known: commonPasswords() })).toBeUndefined();
  }
});

test("every phone of the demo is known to the telephone system", async () => {
  const known = (await rows("SELECT id FROM pbx.ps_auths")).map((row) => row.id).sort();
  expect(known).toEqual(demo?.phones.map((phone) => phone.sipUsername).sort());
});

test("a second time changes nothing", async () => {
  const before = await rows(
    "SELECT (SELECT count(*) FROM call) AS calls, (SELECT count(*) FROM audit_event) AS events",
  );
  expect(await seed({ databaseUrl: db.appUrl, dataDir })).toBeUndefined();
  expect(
    await rows("SELECT (SELECT count(*) FROM call) AS calls, (SELECT count(*) FROM audit_event) AS events"),
  ).toEqual(before);
});

test("without the demo there is an operator and nothing else", async () => {
  const real = await createDatabase();
  try {
    await seed({ databaseUrl: real.appUrl, dataDir, demo: false });
    const { rows: found } = await real.owner.query(
      "SELECT kind, (SELECT count(*)::int FROM person) AS people FROM tenant",
    );
    expect(found).toEqual([{ kind: "operator", people: 0 }]);
  } finally {
    await real.drop();
  }
});
