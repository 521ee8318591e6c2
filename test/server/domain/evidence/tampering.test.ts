import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { chainOf, sha256Of } from "@/server/domain/evidence/chain.rules";
import { checkZip } from "@/server/domain/evidence/verify";
import { checkStored } from "@/server/domain/evidence/verify-stored";
import type { ZipEntry } from "@/server/infra/zip/write-zip";
import { runCli } from "@/test/server/cli/run-cli";
import { type Attacked, attacked, evidenceOf, filesOf, packed, textOf } from "@/test/support/attacked";
import { createDatabase, type TestDatabase } from "@/test/support/database";

let db: TestDatabase;
let at: Attacked;
let desk: ReturnType<typeof evidenceOf>;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "tampering-"));
  db = await createDatabase();
  at = await attacked(db);
  desk = evidenceOf(db, at);
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await db.drop();
});

describe("tampering with a ZIP is found:", () => {
  let zip: Buffer;
  let other: readonly ZipEntry[];
  beforeAll(async () => {
    const [one, two] = [await desk.take(), await desk.take()];
    zip = await desk.zipOf(one.number);
    other = filesOf(await desk.zipOf(two.number));
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
    const trail = await at.on.sql<{ line: string }>(
      "SELECT to_jsonb(e)::text AS line FROM audit_event e WHERE tenant_id = $1",
      [at.operator],
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
  const stored = () => checkStored(desk.read, at.operator);
  let id: string;
  beforeAll(async () => {
    id = (await desk.take()).id;
    await desk.take();
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
