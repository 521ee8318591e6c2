import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";

import { amiEnv, startTestWorkers } from "@/test/support/call-control";
import { type ContainedStage, containedStage } from "@/test/support/contained";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { type FakeAsterisk, startFakeAsterisk } from "@/test/support/fake-asterisk";
import { fakeCalls } from "@/test/support/fake-calls";

let db: TestDatabase;
let on: ContainedStage;
let pbx: FakeAsterisk;
let workers: Awaited<ReturnType<typeof startTestWorkers>>;
beforeAll(async () => {
  db = await createDatabase();
  on = await containedStage(db);
  pbx = await startFakeAsterisk();
  fakeCalls(pbx);
  workers = await startTestWorkers(db, amiEnv(pbx));
});
afterAll(async () => {
  await workers.stop();
  await pbx.close();
  await db.drop();
});

const told = async () => (await (await fetch(`${workers.url}/metrics`)).text()).split("\n");
const tells = (lines: readonly string[]) =>
  vi.waitFor(async () => expect(await told()).toEqual(expect.arrayContaining([...lines])), {
    timeout: 120_000,
    interval: 200,
  });

test("a quiet desk tells zeros, so that the first of each is a rise", async () => {
  expect(await told()).toEqual(
    expect.arrayContaining([
      'ringfence_incidents_open{severity="critical",state="triage"} 0',
      'ringfence_incident_oldest_unacknowledged_age_seconds{severity="critical"} 0',
      'ringfence_containment_steps_open{state="failed"} 0',
      'ringfence_containment_steps_total{step="hang_up",result="failed"} 0',
      'ringfence_security_events_total{type="InvalidPassword"} 0',
      'ringfence_bans_active{scope="sip"} 0',
      'ringfence_blocks_active{kind="extension"} 0',
      "ringfence_containment_seconds_count 0",
    ]),
  );
});

test("incidents are told by severity and state, and how long the oldest waits; merged and closed ones are not", async () => {
  await on.sql(
    `INSERT INTO incident (tenant_id, kind, title, severity, state, first_at, last_at, opened_at, acknowledged_at, closed_at)
     SELECT $1, 'manual', 'One', severity, state, now(), now(), now() - ago, CASE WHEN taken THEN now() END, CASE WHEN state = 'dismissed' THEN now() END
     FROM (VALUES ('critical', 'triage', interval '1 hour', false), ('critical', 'triage', interval '5 minutes', false), ('critical', 'open', interval '1 day', true),
       ('low', 'monitoring', interval '1 day', true), ('medium', 'dismissed', interval '2 days', false), ('medium', 'triage', interval '3 days', false)) v (severity, state, ago, taken)`,
    [on.desk],
  );
  await on.sql(
    "UPDATE incident SET merged_into = (SELECT id FROM incident WHERE severity = 'low') WHERE severity = 'medium' AND state = 'triage'",
  );
  await on.sql(
    `INSERT INTO ban (tenant_id, network, scope, reason, source, created_at, expires_at)
     VALUES ($1, '203.0.113.7', 'sip', 'By hand', 'person', now(), now() + interval '1 hour'), ($1, '203.0.113.8', 'sip', 'By hand', 'person', now() - interval '2 hours', now() - interval '1 hour')`,
    [on.desk],
  );
  await on.sql(
    "INSERT INTO signal (tenant_id, kind, source, minute, signals) VALUES ($1, 'denied', '', date_trunc('minute', now()), 7), ($1, 'moves', '', now() - interval '2 hours', 7)",
    [on.desk],
  );
  const lines = await told();
  expect(lines).toEqual(
    expect.arrayContaining([
      'ringfence_incidents_open{severity="critical",state="triage"} 2',
      'ringfence_incidents_open{severity="critical",state="open"} 1',
      'ringfence_incidents_open{severity="low",state="monitoring"} 1',
      'ringfence_incidents_open{severity="medium",state="triage"} 0',
      'ringfence_incident_oldest_unacknowledged_age_seconds{severity="low"} 0',
      'ringfence_incident_oldest_unacknowledged_age_seconds{severity="medium"} 0',
      'ringfence_bans_active{scope="sip"} 1',
      'ringfence_signals_last_hour{signal="denied"} 7',
    ]),
  );
  const age = lines.find((line) =>
    line.startsWith('ringfence_incident_oldest_unacknowledged_age_seconds{severity="critical"}'),
  );
  expect(Number(age?.split(" ")[1])).toBeGreaterThanOrEqual(3_600);
  expect(lines.join("\n")).not.toContain('signal="moves"');
});

test("what the PBX says and what the job of a containment did are counted by the workers that run", async () => {
  await tells(["ringfence_ami_connected 1"]);
  const hostile = {
    Event: "InvalidPassword",
    Privilege: "security,all",
    Severity: "Error",
    EventTV: new Date().toISOString(),
    Service: "PJSIP",
    AccountID: "a-guessed-name",
    RemoteAddress: "IPV4/UDP/198.51.100.77/5060",
  };
  for (let n = 0; n < 3; n += 1) pbx.send(hostile, "reads");
  pbx.send({ ...hostile, Event: "SuccessfulAuth" }, "reads");
  const { id: incidentId } = await on.incident();
  await on.contain({ incidentId, target: on.target(await on.realPhone("301")) });
  await tells([
    'ringfence_security_events_total{type="InvalidPassword"} 3',
    'ringfence_containment_steps_total{step="hang_up",result="done"} 1',
    'ringfence_containment_steps_total{step="rotate",result="done"} 1',
    "ringfence_containment_seconds_count 1",
    'ringfence_containment_seconds_bucket{le="+Inf"} 1',
    'ringfence_blocks_active{kind="extension"} 1',
  ]);
  // Noted by a job that runs when the workers start.
  await vi.waitFor(
    async () =>
      expect((await told()).join("\n")).toMatch(/^ringfence_manager_secret_age_seconds\{name="AMI_ACT_SECRET"\} \d/m),
    { timeout: 120_000, interval: 200 },
  );
  const all = (await told()).join("\n");
  expect(all).not.toContain("SuccessfulAuth");
  for (const secret of [on.desk, on.customerId, "acme", "198.51.100", "a-guessed-name"])
    expect(all).not.toContain(secret);
}, 600_000);

/** Names in the table of docs/metrics.md with their labels; one cell may hold several of both, divided by commas and semicolons. */
function documented(): Map<string, readonly string[]> {
  const names = new Map<string, readonly string[]>();
  for (const [, cell = "", labels = ""] of readFileSync("docs/metrics.md", "utf8").matchAll(
    /^\| (`[^|]*`) *\|([^|]*)\|/gm,
  )) {
    const sets = labels.split(";").map((set) => set.match(/\w+/g) ?? []);
    for (const [at, [name]] of [...cell.matchAll(/\w+/g)].entries()) names.set(name, sets[at] ?? sets[0] ?? []);
  }
  return names;
}

const dashboard = readFileSync("docs/grafana/ringfence.json", "utf8");
const rules = readFileSync("docs/prometheus/ringfence.rules.yml", "utf8");
const expressionsOf = {
  "the dashboard": [...dashboard.matchAll(/"expr": ("(?:[^"\\]|\\.)*")/g)].map(
    ([, text = '""']) => JSON.parse(text) as string,
  ),
  "the alarms": [...rules.matchAll(/^ +expr: (.+)$/gm)].map(([, text = ""]) => text),
};
/** Of Prometheus itself, of histograms, and of the one that scrapes. */
const common = ["le", "job"];

/** What a PromQL expression asks for that is not told: names, and labels that none of its names has. */
function unknownIn(expression: string, names: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const asked = [...expression.matchAll(/ringfence_(\w+?)(?:_bucket|_count|_sum)?\b(?=[^\w]|$)/g)].map(
    ([, name = ""]) => name,
  );
  const labels = [...expression.matchAll(/(\w+) *(?:=~|!=|!~|=)(?!=) *"/g)].map(([, label = ""]) => label);
  const by = [...expression.matchAll(/by \(([\w, ]+)\)/g)].flatMap(([, list = ""]) => list.split(/, */));
  const has = new Set([...common, ...asked.flatMap((name) => names.get(name) ?? [])]);
  return [...asked.filter((name) => !names.has(name)), ...[...labels, ...by].filter((label) => !has.has(label))];
}

describe("what is written for a monitoring system", () => {
  test("the table names what is told, each with its labels, and nothing else", async () => {
    const lines = await told();
    const names = documented();
    const exported = lines.flatMap((line) => /^# TYPE ringfence_(\w+) /.exec(line)?.[1] ?? []);
    expect(exported.toSorted()).toEqual([...names.keys()].toSorted());
    for (const line of lines) {
      const [, name = "", set = ""] = /^ringfence_(\w+?)(?:_bucket|_count|_sum)?(?:\{(.*)\})? /.exec(line) ?? [];
      const labels = [...set.matchAll(/(\w+)="/g)].map(([, label]) => label).filter((label) => label !== "le");
      if (name !== "") expect(labels.toSorted(), line).toEqual((names.get(name) ?? []).toSorted());
    }
  });

  test.each(Object.entries(expressionsOf))("%s asks only for what is told", (_, expressions) => {
    expect(expressions.length).toBeGreaterThan(15);
    expect(expressions.flatMap((one) => unknownIn(one, documented()))).toEqual([]);
  });

  test("an alarm fires when nothing is told at all, by a name that is always told otherwise", () => {
    const expressions = expressionsOf["the alarms"];
    const absent = expressions.flatMap((one) => /^absent\(ringfence_(\w+)\)$/.exec(one)?.[1] ?? []);
    expect(absent).toEqual(["database_up"]);
    expect(expressions).toContain('up{job="ringfence"} == 0');
  });

  test("the dashboard shows everything that is told, and each of its panels asks something", () => {
    const shown = expressionsOf["the dashboard"].join("\n");
    expect([...documented().keys()].filter((name) => !shown.includes(`ringfence_${name}`))).toEqual([]);
    const { panels } = JSON.parse(dashboard) as { panels: { type: string; targets?: unknown[] }[] };
    expect(panels.filter(({ type, targets }) => type !== "row" && !targets?.length)).toEqual([]);
  });

  test("the check finds what is not told", () => {
    const names = new Map([["calls_total", ["reason"]]]);
    expect(unknownIn('sum by (reason) (rate(ringfence_calls_total{job=~"x"}[5m]))', names)).toEqual([]);
    expect(unknownIn('sum by (tenant) (ringfence_calls{side="a"}) + ringfence_calls_total', names)).toEqual([
      "calls",
      "side",
      "tenant",
    ]);
  });
});
