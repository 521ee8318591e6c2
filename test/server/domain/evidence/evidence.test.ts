import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";

import { change } from "@/server/domain/audit/change";
import { sha256Of } from "@/server/domain/evidence/chain.rules";
import { findSnapshot } from "@/server/domain/evidence/snapshots";
import { type EvidenceDeps, takeSnapshot } from "@/server/domain/evidence/take";
import { checkZip } from "@/server/domain/evidence/verify";
import { checkStored } from "@/server/domain/evidence/verify-stored";
import { evidenceZip } from "@/server/domain/evidence/zip-file";
import { connectAmi } from "@/server/infra/ami/connect";
import { readTenant } from "@/server/infra/db/read-tenant";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import { silentLogger } from "@/server/infra/log/logger";
import { readZip } from "@/server/infra/zip/read-zip";
import { writeZip, type ZipEntry } from "@/server/infra/zip/write-zip";
import type { TenantId } from "@/server/kernel/ids";
import { runCli } from "@/test/server/cli/run-cli";
import { callDesk } from "@/test/support/call-desk";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { startFakeAsterisk } from "@/test/support/fake-asterisk";
import { type Stage, stage } from "@/test/support/stage";

const run = promisify(execFile);
let db: TestDatabase;
let on: Stage;
let operator: TenantId;
let incident: string;
let secret: string;
let digest: string;
let folder: string;
const stranger = { number: "909", dialled: "493099999999" };

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "evidence-"));
  db = await createDatabase();
  on = await stage(db);
  operator = on.operator.tenantId as TenantId;
  await on.topUp(on.customer, 10_000_000n);
  await on.topUp(on.reseller, 10_000_000n);
  const made = await on.as("customer").extensions.create({ tenantSlug: "acme", number: "101", displayName: "Phone" });
  secret = made.secretOnce;
  const sip = await on.one<{ sip_username: string; digest: string }>(
    "SELECT x.sip_username, a.password_digest AS digest FROM extension x JOIN pbx.ps_auths a ON a.id = x.sip_username WHERE x.number = '101'",
  );
  digest = sip.digest;
  const beta = await on.tenant("customer", on.reseller, { slug: "beta" });
  await on.assign(beta, on.selling);
  await on.topUp(beta, 10_000_000n);
  const other = await on.phone(beta, stranger.number);
  const desk = callDesk(db.pool);
  for (const [endpoint, dialled] of [
    [sip.sip_username, "493012345678"],
    [other.endpoint, stranger.dialled],
  ] as const) {
    const call = randomUUID();
    await desk.authorise({ call, endpoint, dialled, e164: dialled });
    await desk.answered(call);
    await desk.settle(call, 61_000);
  }
  await on.sql(
    `INSERT INTO pbx.ps_contacts (id, uri, expiration_time, user_agent, endpoint) VALUES ('c1', 'sip:x@203.0.113.9:5060', $1, 'friendly-scanner', $2)`,
    [String(Math.floor(Date.now() / 1000) + 300), sip.sip_username],
  );
  await db.pool.query(
    "store",
    "SELECT security_event_store(now(), 'InvalidPassword', $1, '203.0.113.9', 'UDP', '{\"count\": 1}')",
    [sip.sip_username],
  );
  const [row] = await db.pool.query<{ incident_id: string }>(
    "take",
    "SELECT incident_id FROM signal_take(now(), 'InvalidPassword', $1, '203.0.113.9', 60)",
    [sip.sip_username],
  );
  incident = row?.incident_id ?? "";
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await db.drop();
});

/** The machine of a test may be slow; what is late is a test of its own. */
const patient: EvidenceDeps = { db: undefined as never, ami: undefined, itemsMs: 15_000, sealMs: 10_000 };
const take = (more: Partial<EvidenceDeps> = {}, key: string = randomUUID()) =>
  takeSnapshot({ ...patient, db: db.app, ...more }, operator, {
    incidentId: incident,
    key,
    reason: "Before containment",
    takenBy: "system",
    actor: { kind: "job", id: "test", requestId: "r" },
  });
const read = <T>(work: (tx: TenantRead) => Promise<T>) => readTenant(db.app, { tenantId: operator }, work);
async function zipOf(number: number): Promise<Buffer> {
  const snapshot = await read((tx) => findSnapshot(tx, operator, number));
  const pieces: Buffer[] = [];
  for await (const piece of evidenceZip(read, operator, snapshot)) pieces.push(piece);
  return Buffer.concat(pieces);
}
const filesOf = (zip: Buffer) => readZip(zip, 100_000_000);
const textOf = (files: readonly ZipEntry[], name: string) =>
  Buffer.from(files.find((file) => file.name === name)?.bytes ?? []).toString("utf8");
async function packed(files: readonly ZipEntry[]): Promise<Buffer> {
  const pieces: Buffer[] = [];
  const all = (async function* () {
    yield* files;
  })();
  for await (const piece of writeZip(all, new Date("2027-01-01T00:00:00Z"))) pieces.push(piece);
  return Buffer.concat(pieces);
}

describe("a snapshot", () => {
  test("holds what the incident touches and nothing of a neighbour, and no secret in any form", async () => {
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
      "SHA256SUMS",
    ]);
    expect(textOf(files, "contacts.jsonl")).toContain("friendly-scanner");
    expect(textOf(files, "security-events.jsonl")).toContain("InvalidPassword");
    expect(textOf(files, "calls.jsonl")).toContain("493012345678");
    expect(textOf(files, "holds.jsonl").trim().split("\n")).toHaveLength(2);
    expect(textOf(files, "ledger.jsonl")).toMatch(/"wallet".*"entry"/s);
    expect(textOf(files, "audit.jsonl")).toContain("extension.create");
    expect(textOf(files, "configuration.jsonl")).toMatch(/"secret_fingerprint": "[0-9a-f]{16}"/);
    const [call] = textOf(files, "calls.jsonl").trim().split("\n");
    expect(JSON.parse(call ?? "")).toMatchObject({
      state: "ended",
      cost_micros: expect.any(Number),
      trace: expect.any(Array),
    });
    const everything = files.map(({ bytes }) => Buffer.from(bytes).toString("latin1")).join("\n");
    for (const hidden of [
      secret,
      digest,
      ...digest.split(/[,:]/).filter((part) => part.length >= 32),
      stranger.dialled,
    ]) {
      expect(everything).not.toContain(hidden);
    }
    expect(sha256Of(textOf(files, "manifest.json"))).toBe(sha256);
    expect(checkZip(zip)).toMatchObject({ ok: true, problems: [], sha256 });
    const events = await on.sql(
      "SELECT after ->> 'sha256' AS sha256 FROM audit_event WHERE tenant_id = $1 AND action = 'evidence.take'",
      [operator],
    );
    expect(events).toContainEqual({ sha256 });
    const lines = await on.sql<{ kind: string }>("SELECT kind FROM incident_line WHERE incident_id = $1", [incident]);
    expect(lines.map(({ kind }) => kind)).toContain("evidence");
  });

  test("is checked by sha256sum, and by the command line without a database", async () => {
    const { number } = await take();
    const zip = await zipOf(number);
    const there = await mkdtemp(path.join(folder, "unpacked-"));
    for (const { name, bytes } of filesOf(zip)) await writeFile(path.join(there, name), bytes);
    const { stdout } = await run("sha256sum", ["--strict", "-c", "SHA256SUMS"], { cwd: there });
    expect(stdout.trim().split("\n")).toHaveLength(10);
    await writeFile(path.join(there, "calls.jsonl"), `${await readFile(path.join(there, "calls.jsonl"), "utf8")} `);
    await expect(run("sha256sum", ["-c", "SHA256SUMS"], { cwd: there })).rejects.toMatchObject({ code: 1 });
    const file = path.join(folder, "whole.zip");
    await writeFile(file, zip);
    const { code, out } = await runCli(undefined, ["evidence", "verify", file, "--json"]);
    expect({ code, ...JSON.parse(out) }).toMatchObject({ code: 0, ok: true, snapshot: number, files: 11 });
  });

  test("keeps live channels while the PBX answers, and says why not while it does not", async () => {
    const pbx = await startFakeAsterisk();
    const sip = (await on.one<{ sip_username: string }>("SELECT sip_username FROM extension WHERE number = '101'"))
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
    await vi.waitFor(() => expect(ami.status().connected).toBe(true), 5_000);
    const { number, missing } = await take({ ami });
    expect(missing).toEqual([]);
    const channels = textOf(filesOf(await zipOf(number)), "channels.jsonl");
    expect(channels.trim().split("\n")).toHaveLength(2);
    expect(channels).not.toContain("beta");
    await pbx.close();
    await vi.waitFor(() => expect(ami.status().connected).toBe(false), 5_000);
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
    const numbers = await on.sql<{ number: number }>("SELECT number FROM evidence_snapshot ORDER BY number");
    expect(numbers.map(({ number }) => number)).toEqual(numbers.map((_, n) => n + 1));
    await expect(
      takeSnapshot({ ...patient, db: db.app }, operator, {
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
        tenantId: operator,
        actor: { kind: "cli", id: "x", requestId: "r" },
        action: "evidence.ask",
      } as const;
      await expect(
        change(db.app, by, async (tx) => ({ subject: "x", result: await tx.$executeRawUnsafe(text) })),
      ).rejects.toThrow(/permission denied/);
    }
  });
});

describe("tampering with a ZIP is found:", () => {
  let zip: Buffer;
  let other: readonly ZipEntry[];
  beforeAll(async () => {
    const [one, two] = [await take(), await take()];
    zip = await zipOf(one.number);
    other = filesOf(await zipOf(two.number));
  });
  const edited = (name: string, work: (text: string) => string) => (files: readonly ZipEntry[]) =>
    files.map((file) => (file.name === name ? { name, bytes: Buffer.from(work(textOf(files, name))) } : file));
  const sums = (files: readonly ZipEntry[]) =>
    edited(
      "SHA256SUMS",
      () =>
        `${files
          .filter(({ name }) => name !== "SHA256SUMS")
          .map(({ name, bytes }) => `${sha256Of(bytes)}  ${name}`)
          .join("\n")}\n`,
    )(files);
  const kinds: Record<string, (files: readonly ZipEntry[]) => readonly ZipEntry[]> = {
    "an edit": edited("calls.jsonl", (text) => text.replace("493012345678", "493012345679")),
    "an edit with new sums": (files) => sums(kinds["an edit"]?.(files) ?? []),
    "a deleted file": (files) => files.filter(({ name }) => name !== "ledger.jsonl"),
    "a deleted file with new sums": (files) => sums(kinds["a deleted file"]?.(files) ?? []),
    "an added file": (files) => [...files, { name: "extra.jsonl", bytes: Buffer.from("{}\n") }],
    "an added file with new sums": (files) => sums(kinds["an added file"]?.(files) ?? []),
    "contents of two files exchanged": (files) =>
      edited("calls.jsonl", () => textOf(files, "holds.jsonl"))(
        edited("holds.jsonl", () => textOf(files, "calls.jsonl"))(files),
      ),
    "a file of another snapshot": (files) =>
      sums(
        files.map((file) =>
          file.name === "incident.jsonl" ? (other.find(({ name }) => name === file.name) ?? file) : file,
        ),
      ),
    "the manifest of another snapshot": (files) =>
      sums(
        files.map((file) =>
          file.name === "manifest.json" ? (other.find(({ name }) => name === file.name) ?? file) : file,
        ),
      ),
    "items in another order": (files) =>
      sums(
        edited("manifest.json", (text) => {
          const manifest = JSON.parse(text);
          return JSON.stringify({ ...manifest, items: manifest.items.toReversed() });
        })(files),
      ),
    "a missing item passed off as whole": (files) =>
      sums(edited("manifest.json", (text) => text.replace(/"note": "Missing: [^"]*"/, '"note": ""'))(files)),
    "no manifest": (files) => sums(files.filter(({ name }) => name !== "manifest.json")),
    "no sums": (files) => files.filter(({ name }) => name !== "SHA256SUMS"),
  };
  test.each(Object.keys(kinds))("%s", async (kind) => {
    const { ok, problems } = checkZip(await packed(kinds[kind]?.(filesOf(zip)) ?? []));
    expect(ok).toBe(false);
    expect(problems.length).toBeGreaterThan(0);
  });

  test("a ZIP that ends too early, by exit code", async () => {
    const file = path.join(folder, "cut.zip");
    await writeFile(file, zip.subarray(0, zip.length - 40));
    const { code, out } = await runCli(undefined, ["evidence", "verify", file, "--json"]);
    expect({ code, ...JSON.parse(out) }).toMatchObject({ code: 1, ok: false });
  });

  test("one made anew as a whole, with every hash: by the database, and by a copy of the trail", async () => {
    const files = filesOf(zip);
    const calls = Buffer.from(textOf(files, "calls.jsonl").replace("493012345678", "493012345679"));
    const { chainOf } = await import("@/server/domain/evidence/chain.rules");
    const forged = sums(
      files.map((file) => {
        if (file.name === "calls.jsonl") return { ...file, bytes: calls };
        if (file.name !== "manifest.json") return file;
        const manifest = checkZip(zip).manifest;
        if (!manifest) throw new Error("no manifest");
        const items = manifest.items.map((item) =>
          item.name === "calls.jsonl" ? { ...item, sha256: sha256Of(calls) } : item,
        );
        const chain = chainOf(manifest.previous?.manifestSha256, items);
        const sealed = {
          ...manifest,
          items: items.map((item, n) => ({ ...item, chain: chain[n] })),
          chainHead: chain.at(-1),
        };
        return { ...file, bytes: Buffer.from(JSON.stringify(sealed)) };
      }),
    );
    const [good, bad, copy] = ["good.zip", "forged.zip", "trail.jsonl"].map((name) => path.join(folder, name)) as [
      string,
      string,
      string,
    ];
    await writeFile(good, zip);
    await writeFile(bad, await packed(forged));
    const trail = await on.sql<{ line: string }>(
      "SELECT to_jsonb(e)::text AS line FROM audit_event e WHERE tenant_id = $1",
      [operator],
    );
    await writeFile(copy, trail.map(({ line }) => line).join("\n"));
    const verify = async (...words: string[]) => (await runCli(db.appUrl, ["evidence", "verify", ...words])).code;
    expect(await verify(bad)).toBe(0);
    for (const against of ["database", copy]) {
      expect(await verify(good, "--against", against)).toBe(0);
      expect(await verify(bad, "--against", against)).toBe(1);
    }
  });
});

describe("tampering with the database is found:", () => {
  const stored = () => checkStored(read, operator);
  let id: string;
  beforeAll(async () => {
    id = (await take()).id;
    await take();
    expect(await stored()).toMatchObject({ ok: true, problems: [] });
  });
  const kinds = {
    "an item that was edited":
      "UPDATE evidence_item SET content = content || '\\x20', sha256 = sha256(content || '\\x20') WHERE snapshot_id = $1 AND name = 'audit.jsonl'",
    "an item that was deleted": "DELETE FROM evidence_item WHERE snapshot_id = $1 AND name = 'calls.jsonl'",
    "two items that changed places":
      "UPDATE evidence_item SET name = CASE name WHEN 'holds.jsonl' THEN 'calls.jsonl' ELSE 'holds.jsonl' END WHERE snapshot_id = $1 AND name IN ('holds.jsonl', 'calls.jsonl')",
    "a manifest that was edited and hashed anew":
      "UPDATE evidence_snapshot SET manifest = manifest || ' ', manifest_sha256 = sha256(convert_to(manifest || ' ', 'UTF8')) WHERE id = $1",
    "a snapshot that is gone":
      "WITH gone AS (DELETE FROM evidence_item WHERE snapshot_id = $1) DELETE FROM evidence_snapshot WHERE id = $1",
  };
  test.each(Object.entries(kinds))("%s", async (_kind, text) => {
    await db.owner.query(
      "CREATE TEMP TABLE snapshots AS TABLE evidence_snapshot; CREATE TEMP TABLE items AS TABLE evidence_item",
    );
    await db.owner.query("SET session_replication_role = replica");
    await db.owner.query(text, [id]);
    const { ok, problems } = await stored();
    await db.owner.query(`DELETE FROM evidence_item; DELETE FROM evidence_snapshot; INSERT INTO evidence_snapshot TABLE snapshots;
      INSERT INTO evidence_item TABLE items; DROP TABLE snapshots, items; RESET session_replication_role`);
    expect(ok).toBe(false);
    expect(problems.length).toBeGreaterThan(0);
  });
});
