import { afterAll, beforeAll, expect, test } from "vitest";

import type { ContainStep } from "@/server/domain/incidents/containment.schema";
import { loadContainment } from "@/server/domain/incidents/containments";
import { readTenant } from "@/server/infra/db/read-tenant";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import { type ContainedStage, containedStage } from "@/test/support/contained";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { taskContext } from "@/test/support/task-context";
import { byHandOf } from "@/workers/containment/by-hand";
import type { Run } from "@/workers/containment/run";
import { runCli } from "../../server/cli/run-cli";

let db: TestDatabase;
let on: ContainedStage;
beforeAll(async () => {
  db = await createDatabase();
  on = await containedStage(db);
});
afterAll(() => db.drop());

const read = <T>(work: (tx: TenantRead) => Promise<T>) =>
  readTenant(db.app, { tenantId: on.desk, subtree: true }, work);
async function runOf(containmentId: string): Promise<Run> {
  const ctx = { ...taskContext({ db: db.app, pool: db.pool }, on.desk), ami: on.pbx.ami };
  const containment = await read((tx) => loadContainment(tx, on.desk, containmentId));
  return { ctx, containment, effects: new Set(), read };
}

/** The words of a command as a shell would split them; what it would expand must not be there. */
const wordsOf = (line: string): string[] => {
  expect(line).not.toMatch(/[$`\\;|&<>]/);
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
};
/** Evidence that a busy machine did not store in its two seconds is there the next time. */
async function answered(words: readonly string[]) {
  for (let attempt = 1; ; attempt += 1) {
    const ran = await runCli(db.appUrl, [...words, "--json"]);
    if (attempt === 8 || !ran.out.includes('"evidence_late"')) return ran;
  }
}
async function typed(lines: readonly string[]): Promise<void> {
  expect(lines.length).toBeGreaterThan(0);
  for (const line of lines) {
    const [npx, ringfence, ...words] = wordsOf(line);
    expect([npx, ringfence]).toEqual(["npx", "ringfence"]);
    expect({ line, ...(await answered(words)) }).toMatchObject({ code: 0 });
  }
}
const counted = async (text: string, values: unknown[] = []) => (await on.one<{ n: number }>(text, values)).n;

test("what each step says to type is understood by the command line, and does the step", async () => {
  const phone = await on.realPhone("801");
  const call = await on.live(phone.endpoint);
  await on.sql("UPDATE call SET source_address = '203.0.113.21' WHERE pbx_call_id = $1", [call]);
  const { id: incidentId, number } = await on.incident();
  const { id } = await on.contain({ incidentId, target: on.target(phone), prefixes: ["881", "252"] });
  const run = await runOf(id);
  const lines = (step: ContainStep) => byHandOf(step, run);

  await typed(await lines("evidence"));
  expect(await counted("SELECT count(*)::int AS n FROM evidence_snapshot WHERE incident_id = $1", [incidentId])).toBe(
    1,
  );

  expect(await lines("hang_up")).toEqual([`asterisk -rx "channel request hangup ${call}"`]);

  const digest = () => on.one("SELECT password_digest AS d FROM pbx.ps_auths WHERE id = $1", [phone.endpoint]);
  const before = await digest();
  await typed(await lines("rotate"));
  expect(await digest()).not.toEqual(before);

  const [forget = ""] = await lines("contacts");
  const [, sql = ""] = /^psql "\$DATABASE_MIGRATE_URL" -c "(.+)"$/.exec(forget) ?? [];
  await db.owner.query(sql);
  expect(await counted("SELECT count(*)::int AS n FROM pbx.ps_contacts WHERE endpoint = $1", [phone.endpoint])).toBe(0);

  await typed(await lines("sources"));
  expect(await on.sql("SELECT abbrev(network) AS network, reason FROM ban WHERE lifted_at IS NULL")).toEqual([
    { network: "203.0.113.21", reason: `Incident ${number}` },
  ]);

  await typed(await lines("destinations"));
  expect(await on.sql("SELECT digits FROM number_block WHERE tenant_id = $1 ORDER BY digits", [on.customerId])).toEqual(
    [{ digits: "252" }, { digits: "881" }],
  );

  const owners = await on.sql<{ email: string }>(
    `SELECT p.email FROM seat s JOIN person p ON p.id = s.user_id WHERE s.role = 'owner' AND s.tenant_id IN ($1, $2)`,
    [on.customerId, on.reseller.tenantId],
  );
  const told = (await lines("notify")).join("\n");
  for (const { email } of owners) expect(told).toContain(email);
  expect(told).toContain(`incident ${number}`);
  expect(told.split("\n").every((line) => line.startsWith("# "))).toBe(true);

  await on.release(id);
  expect(await on.ask(phone.endpoint)).toMatchObject({ kind: "out" });
  await typed(await lines("refuse"));
  expect(await on.ask(phone.endpoint)).toMatchObject({ kind: "refuse" });
});

test("what was done before the failure is not asked for again", async () => {
  const [one, two] = [await on.realPhone("811"), await on.realPhone("812")];
  const { id: incidentId } = await on.incident();
  const { id } = await on.contain({ incidentId, target: on.target() });
  const run = await runOf(id);
  expect((await byHandOf("rotate", run)).join("\n")).toContain("--number 811");
  await on.sql("INSERT INTO containment_effect (tenant_id, containment_id, what) VALUES ($1, $2, $3)", [
    on.desk,
    id,
    `rotate:${one.extensionId}`,
  ]);
  const left = (await byHandOf("rotate", run)).join("\n");
  expect(left).not.toContain("--number 811");
  expect(left).toContain(`--number 812`);
  expect((await byHandOf("contacts", run)).join("\n")).toContain(two.endpoint);
});
