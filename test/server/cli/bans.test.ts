import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

import { createDatabase, type TestDatabase } from "@/test/support/database";
import { type Stage, stage } from "@/test/support/stage";
import { taskContext } from "@/test/support/task-context";
import { exportBans } from "@/workers/processors/export-bans";
import { jsonOf, runCli } from "./run-cli";

let db: TestDatabase;
let on: Stage;
beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
});
afterAll(() => db.drop());

const cli = <T = unknown>(...words: string[]) => jsonOf<T>(db.appUrl, words);
const refusal = async (...words: string[]) =>
  (JSON.parse((await runCli(db.appUrl, [...words, "--json"])).out) as { error: { message: string } }).error.message;

test("a script bans, prolongs, lists and lifts, and the trail names who ran it", async () => {
  const first = await cli<{ expiresAt: string }>("ban", "add", "203.0.113.7", "--reason", "Scan", "--for", "2h");
  const again = await cli("ban", "add", "203.0.113.7", "--reason", "Scan", "--for", "5m");
  expect(again).toEqual({ ...first, placed: false, prolonged: false });
  await cli("ban", "add", "2001:db8::/48", "--reason", "Scan", "--scope", "web");
  expect(await cli("ban", "list")).toMatchObject([
    { network: "2001:db8::/48", scope: "web" },
    { network: "203.0.113.7", scope: "sip", reason: "Scan", source: "person", hits: 0 },
  ]);
  expect(await cli("ban", "lift", "203.0.113.7")).toMatchObject({ lifted: true });
  expect(await cli("ban", "list", "--scope", "sip")).toEqual([]);
  const trail = await on.sql<{ action: string }>(
    "SELECT action FROM audit_event WHERE action LIKE 'ban.%' ORDER BY seq",
  );
  expect(trail.map(({ action }) => action)).toEqual(["ban.place", "ban.place", "ban.place", "ban.lift"]);
});

test("what cannot be is said by name", async () => {
  expect(await refusal("ban", "add", "0.0.0.0/0", "--reason", "x")).toContain("too wide");
  expect(await refusal("ban", "add", "203.0.113.7/24", "--reason", "x")).toContain("203.0.113.0/24");
  expect(await refusal("ban", "add", "203.0.113.7", "--reason", "x", "--for", "soon")).toContain("--for");
  expect(await refusal("ban", "add", "203.0.113.7", "--reason", "x", "--for", "5s")).toContain("--for");
  expect(await refusal("ban", "add", "127.0.0.1", "--reason", "x", "--cut-off")).toContain("This machine itself");
  expect(await refusal("ban", "lift", "203.0.113.99")).toContain("is not banned");
});

test("bans are written for a firewall when they change, whole, and the command line gives the same", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "ringfence-bans-"));
  const context = taskContext({ db: db.app, pool: db.pool }, on.operator.tenantId);
  const banExport = { folder, ports: { sip: 5060, web: 3000 } };
  const work = () => exportBans({}, { ...context, settings: { ...context.settings, banExport } });
  const plain = () => readFileSync(path.join(folder, "ringfence-bans.txt"), "utf8");
  try {
    await cli("ban", "add", "203.0.113.80", "--reason", "Scan", "--for", "1h");
    await work();
    expect(plain()).toContain("203.0.113.80\tsip\t");
    const given = await runCli(db.appUrl, ["ban", "export", "--format", "plain"]);
    expect(given.out).toBe(plain());
    expect((await runCli(db.appUrl, ["ban", "export", "--format", "nftables"])).out).toContain(
      "203.0.113.80 timeout 3",
    );
    await cli("ban", "lift", "203.0.113.80");
    await work();
    expect(plain()).not.toContain("203.0.113.80");
    expect(await refusal("ban", "export", "--format", "iptables")).toContain("--format");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("a script blocks a range, lets it be called again, and says where a phone may come from", async () => {
  const { slug } = on.customer;
  await on.phone(on.customer, "321");
  expect(await cli("block", "add", "+49 900", "--tenant", slug, "--reason", "Dear")).toEqual({
    number: "+49900*",
    added: true,
  });
  expect(await cli("block", "list", "--tenant", slug)).toMatchObject([{ number: "+49900*", note: "Dear" }]);
  await cli("block", "remove", "0049900", "--tenant", slug);
  expect(await cli("block", "list", "--tenant", slug)).toEqual([]);
  expect(await refusal("block", "add", "x")).toContain("--number");
  const phone = ["extension", "allow", "--tenant", slug, "--number", "321"];
  expect(await cli(...phone, "--network", "198.51.100.0/24", "--network", "192.0.2.7")).toMatchObject({ forgotten: 0 });
  expect(await cli(...phone)).toEqual({ number: "321", networks: ["192.0.2.7", "198.51.100.0/24"] });
  expect(await refusal(...phone, "--network", "0.0.0.0/0")).toContain("too wide");
  await cli(...phone, "--everywhere");
  expect(await cli(...phone)).toEqual({ number: "321", networks: [] });
});

test("a script keeps a network from being banned, and sets when bans are placed by themselves", async () => {
  expect(await cli("ban", "keep", "192.0.2.0/25", "--note", "Office")).toMatchObject([
    { network: "192.0.2.0/25", note: "Office" },
  ]);
  expect(await refusal("ban", "add", "192.0.2.9", "--reason", "x", "--cut-off")).toContain("keep-list");
  expect(await cli("ban", "keep", "192.0.2.0/25", "--drop")).toEqual([]);
  expect(await cli("ban", "rule", "sip")).toMatchObject({ automatic: true, failures: 5, firstSeconds: 300 });
  expect(await cli("ban", "rule", "sip", "--failures", "9", "--automatic", "off")).toMatchObject({ failures: 9 });
  expect(await cli("ban", "rule", "sip")).toMatchObject({ automatic: false, failures: 9, windowSeconds: 300 });
  expect(await refusal("ban", "rule", "sip", "--window", "0")).toContain("--window");
  expect(await refusal("ban", "rule", "fax")).toContain("--scope");
});
