import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { change } from "@/server/domain/audit/change";
import { sha256Of } from "@/server/domain/evidence/chain.rules";
import { type EvidenceDeps, takeSnapshot } from "@/server/domain/evidence/take";
import { checkZip } from "@/server/domain/evidence/verify";
import { connectAmi } from "@/server/infra/ami/connect";
import { silentLogger } from "@/server/infra/log/logger";
import { runCli } from "@/test/server/cli/run-cli";
import { type Attacked, attacked, evidenceOf, filesOf, patience, stranger, textOf } from "@/test/support/attacked";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { eventually } from "@/test/support/eventually";
import { startFakeAsterisk } from "@/test/support/fake-asterisk";

const run = promisify(execFile);
let db: TestDatabase;
let at: Attacked;
let take: ReturnType<typeof evidenceOf>["take"];
let zipOf: ReturnType<typeof evidenceOf>["zipOf"];
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "evidence-"));
  db = await createDatabase();
  at = await attacked(db);
  ({ take, zipOf } = evidenceOf(db, at));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await db.drop();
});

describe("a snapshot", () => {
  test("holds what the incident touches and nothing of a neighbour, and no secret in any form", async () => {
    const { on, operator } = at;
    await on.sql(
      "INSERT INTO ban (tenant_id, network, scope, reason, source, source_id, expires_at) VALUES ($1, '203.0.113.0/24', 'sip', 'Scanner', 'person', 'x', now() + interval '1 hour')",
      [operator],
    );
    await on.sql("INSERT INTO number_block (tenant_id, digits, exact, created_by) VALUES ($1, '88216', false, 'x')", [
      on.customer.tenantId,
    ]);
    const { number, missing, sha256 } = await take();
    expect(missing).toMatchObject([{ name: "channels.jsonl" }]);
    const zip = await zipOf(number);
    const files = filesOf(zip);
    expect(files.map(({ name }) => name)).toEqual([
      "manifest.json",
      "incident.jsonl",
      "contacts.jsonl",
      "security-events.jsonl",
      "calls.jsonl",
      "calls-from-network.jsonl",
      "holds.jsonl",
      "ledger.jsonl",
      "audit.jsonl",
      "configuration.jsonl",
      "rules.jsonl",
      "SHA256SUMS",
    ]);
    expect(textOf(files, "contacts.jsonl")).toContain("friendly-scanner");
    expect(textOf(files, "security-events.jsonl")).toContain("InvalidPassword");
    expect(textOf(files, "calls.jsonl")).toContain("493012345678");
    expect(textOf(files, "holds.jsonl").trim().split("\n")).toHaveLength(2);
    expect(textOf(files, "ledger.jsonl")).toMatch(/"wallet".*"entry"/s);
    expect(textOf(files, "audit.jsonl")).toContain("extension.create");
    expect(textOf(files, "configuration.jsonl")).toMatch(/"secret_fingerprint": "[0-9a-f]{16}"/);
    expect(textOf(files, "configuration.jsonl")).toMatch(/"203\.0\.113\.0\/24"[^\n]*"in_force": "ban"/);
    expect(textOf(files, "configuration.jsonl")).toContain("88216");
    const rules = textOf(files, "rules.jsonl").trim().split("\n");
    expect(rules.map((line) => JSON.parse(line) as object)).toContainEqual(
      expect.objectContaining({ tenant_id: on.customer.tenantId, mode: expect.any(String), warn: expect.any(String) }),
    );
    const [call] = textOf(files, "calls.jsonl").trim().split("\n");
    expect(JSON.parse(call ?? "")).toMatchObject({
      state: "ended",
      cost_micros: expect.any(Number),
      trace: expect.any(Array),
    });
    const everything = files.map(({ bytes }) => Buffer.from(bytes).toString("latin1")).join("\n");
    for (const hidden of [
      at.secret,
      at.digest,
      ...at.digest.split(/[,:]/).filter((part) => part.length >= 32),
      stranger.dialled,
    ]) {
      expect(everything).not.toContain(hidden);
    }
    expect(sha256Of(textOf(files, "manifest.json"))).toBe(sha256);
    expect(checkZip(zip)).toMatchObject({ ok: true, problems: [], sha256 });
    const events = await at.on.sql(
      "SELECT after ->> 'sha256' AS sha256 FROM audit_event WHERE tenant_id = $1 AND action = 'evidence.take'",
      [at.operator],
    );
    expect(events).toContainEqual({ sha256 });
    const lines = await at.on.sql<{ kind: string }>("SELECT kind FROM incident_line WHERE incident_id = $1", [
      at.incident,
    ]);
    expect(lines.map(({ kind }) => kind)).toContain("evidence");
  });

  test("is checked by sha256sum, and by the command line without a database", async () => {
    const { number } = await take();
    const zip = await zipOf(number);
    const there = await mkdtemp(path.join(folder, "unpacked-"));
    for (const { name, bytes } of filesOf(zip)) await writeFile(path.join(there, name), bytes);
    const { stdout } = await run("sha256sum", ["--strict", "-c", "SHA256SUMS"], { cwd: there });
    expect(stdout.trim().split("\n")).toHaveLength(11);
    await writeFile(path.join(there, "calls.jsonl"), `${await readFile(path.join(there, "calls.jsonl"), "utf8")} `);
    await expect(run("sha256sum", ["-c", "SHA256SUMS"], { cwd: there })).rejects.toMatchObject({ code: 1 });
    const file = path.join(folder, "whole.zip");
    await writeFile(file, zip);
    const { code, out } = await runCli(undefined, ["evidence", "verify", file, "--json"]);
    expect({ code, ...JSON.parse(out) }).toMatchObject({ code: 0, ok: true, snapshot: number, files: 12 });
  });

  test("keeps live channels while the PBX answers, and says why not while it does not", async () => {
    const pbx = await startFakeAsterisk();
    const sip = (await at.on.one<{ sip_username: string }>("SELECT sip_username FROM extension WHERE number = '101'"))
      .sip_username;
    pbx.respond = (action) =>
      action["action"] === "CoreShowChannels"
        ? [
            { Response: "Success", EventList: "start" },
            {
              Event: "CoreShowChannel",
              Channel: `PJSIP/${sip}-0000002a`,
              Uniqueid: "1.1",
              Linkedid: "1.1",
              ChannelStateDesc: "Up",
            },
            {
              Event: "CoreShowChannel",
              Channel: "PJSIP/carrier-0000002b",
              Uniqueid: "1.2",
              Linkedid: "1.1",
              ChannelStateDesc: "Up",
            },
            {
              Event: "CoreShowChannel",
              Channel: "PJSIP/beta-909-0000002c",
              Uniqueid: "1.3",
              Linkedid: "1.3",
              ChannelStateDesc: "Up",
            },
            { Event: "CoreShowChannelsComplete", EventList: "Complete" },
          ]
        : [{ Response: "Success" }];
    const login = { username: "reads", secret: "secret-of-the-reader" };
    const ami = connectAmi({
      host: "127.0.0.1",
      port: pbx.port,
      tls: false,
      reader: login,
      actor: { ...login, username: "acts" },
      log: silentLogger,
    });
    await eventually(() => expect(ami.status().connected).toBe(true));
    const { number, missing } = await take({ ami });
    expect(missing).toEqual([]);
    const channels = textOf(filesOf(await zipOf(number)), "channels.jsonl");
    expect(channels.trim().split("\n")).toHaveLength(2);
    expect(channels).not.toContain("beta");
    await pbx.close();
    await eventually(() => expect(ami.status().connected).toBe(false));
    const cut = await take({ ami });
    expect(cut.missing).toEqual([
      { name: "channels.jsonl", reason: "Missing: The telephone system cannot be reached right now. (not connected)" },
    ]);
    expect(checkZip(await zipOf(cut.number))).toMatchObject({ ok: true });
    await ami.close();
  });

  test("is taken in time whatever the PBX and the database do: what is late is missing", async () => {
    const held = await db.owner.query("BEGIN; LOCK TABLE call IN ACCESS EXCLUSIVE MODE");
    expect(held).toBeDefined();
    const silent = { liveChannels: () => new Promise<never>(() => {}) } as unknown as NonNullable<EvidenceDeps["ami"]>;
    const { number, missing } = await take({ ami: silent, itemsMs: 800 });
    await db.owner.query("ROLLBACK");
    const names = missing.map(({ name }) => name);
    for (const name of ["channels.jsonl", "calls.jsonl", "holds.jsonl"]) expect(names).toContain(name);
    for (const { reason } of missing) expect(reason).toMatch(/^Missing: it was not ready after \d+ ms\.$/);
    expect(checkZip(await zipOf(number))).toMatchObject({ ok: true });
  });

  test("that cannot be stored in time lets go of whoever waits", async () => {
    await db.owner.query("BEGIN; LOCK TABLE evidence_snapshot IN ACCESS EXCLUSIVE MODE");
    await expect(take({ itemsMs: 300, sealMs: 200 })).rejects.toMatchObject({ code: "evidence_late" });
    await db.owner.query("ROLLBACK");
  });

  test("is cut where there is too much, and says so", async () => {
    const { number } = await take({ mostRows: 2, mostBytes: 1_000_000 });
    const files = filesOf(await zipOf(number));
    const manifest = checkZip(await zipOf(number)).manifest;
    const audit = manifest?.items.find(({ name }) => name === "audit.jsonl");
    expect(audit).toMatchObject({ rows: 2, note: "Cut: the first 2 rows; there are more." });
    expect(textOf(files, "audit.jsonl").trim().split("\n")).toHaveLength(2);
  });

  test("asked for twice with one key is one, also at once, and numbers have no gap", async () => {
    const key = randomUUID();
    const [one, two] = await Promise.all([take({}, key), take({}, key)]);
    expect(two).toEqual(one);
    const others = await Promise.all([take(), take()]);
    expect(new Set(others.map(({ number }) => number)).size).toBe(2);
    const numbers = await at.on.sql<{ number: number }>("SELECT number FROM evidence_snapshot ORDER BY number");
    expect(numbers.map(({ number }) => number)).toEqual(numbers.map((_, n) => n + 1));
    await expect(
      takeSnapshot({ db: db.app, ami: undefined, ...patience }, at.operator, {
        incidentId: randomUUID(),
        key: "x",
        reason: "r",
        takenBy: "system",
        actor: { kind: "job", id: "test", requestId: "r" },
      }),
    ).rejects.toMatchObject({ code: "not_found" });
  });

  test("is not changed by the portal's own account", async () => {
    for (const text of [
      "UPDATE evidence_item SET note = 'x'",
      "DELETE FROM evidence_item",
      "UPDATE evidence_snapshot SET reason = 'x'",
      "DELETE FROM evidence_snapshot",
    ]) {
      const by = {
        tenantId: at.operator,
        actor: { kind: "cli", id: "x", requestId: "r" },
        action: "evidence.ask",
      } as const;
      await expect(
        change(db.app, by, async (tx) => ({ subject: "x", result: await tx.$executeRawUnsafe(text) })),
      ).rejects.toThrow(/permission denied/);
    }
  });
});
