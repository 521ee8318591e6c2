import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";

import { builders } from "@/test/support/builders";
import { bundled } from "@/test/support/bundled";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { TEST_AUTH_SECRET } from "@/test/support/names";

const bin = path.resolve(import.meta.dirname, "../../../server/cli/bin.mjs");
let db: TestDatabase;
let elsewhere: string;
let program: string;

beforeAll(async () => {
  db = await createDatabase();
  program = await bundled("test/support/cli-child.ts");
  elsewhere = mkdtempSync(path.join(tmpdir(), "ringfence-cli-"));
});
afterAll(async () => {
  rmSync(elsewhere, { recursive: true, force: true });
  await db.drop();
});

type Ran = { code: number | null; out: string; err: string };

/** The program as a script runs it: another folder, an environment of its own. Out of one file, or `bin` as it is installed. */
function run(words: readonly string[], env: Record<string, string> = {}, file = program): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [file, ...words], {
      cwd: elsewhere,
      env: { PATH: process.env["PATH"] ?? "", DATA_DIR: elsewhere, NODE_ENV: "test", ...env },
    });
    const ran: Ran = { code: null, out: "", err: "" };
    child.stdout.on("data", (bytes) => (ran.out += bytes));
    child.stderr.on("data", (bytes) => (ran.err += bytes));
    child.on("close", (code) => resolve({ ...ran, code }));
  });
}
const withDatabase = () => ({ DATABASE_URL: db.appUrl });

describe("where to work", () => {
  test("nothing is running and nothing was named", async () => {
    const { code, out, err } = await run(["tenant", "list", "--json"]);
    expect([code, err]).toEqual([1, ""]);
    expect(JSON.parse(out)).toEqual({ error: { code: "not_running", message: expect.stringContaining("npm start") } });
  });

  test("a database without an operator says how to make one", async () => {
    const { code, out } = await run(["tenant", "list", "--json"], withDatabase());
    expect(code).toBe(1);
    expect(JSON.parse(out)).toEqual({
      error: { code: "no_operator", message: expect.stringContaining("operator create") },
    });
  });

  test("an address of the owner wants AUTH_SECRET, from which our own password derives", async () => {
    const alone = await run(["tenant", "list", "--json"], { DATABASE_URL: db.ownerUrl });
    expect(JSON.parse(alone.out)).toMatchObject({
      error: { code: "environment_invalid", message: expect.stringContaining("AUTH_SECRET") },
    });
    const secret = "another-secret-of-more-than-32-characters";
    const other = await run(["tenant", "list", "--json"], { DATABASE_URL: db.ownerUrl, AUTH_SECRET: secret });
    expect(JSON.parse(other.out)).toMatchObject({ error: { code: "database_refused" } });
    expect(`${other.out}${other.err}`).not.toContain(new URL(db.ownerUrl).password);
  });

  test("a database that is away, and one that is not prepared, are told apart", async () => {
    const url = new URL(db.appUrl);
    const away = await run(["live", "--json"], { DATABASE_URL: Object.assign(new URL(url), { port: "9" }).href });
    expect(JSON.parse(away.out)).toMatchObject({ error: { code: "database_unreachable" } });
    const password = encodeURIComponent(new URL(inject("adminUrl")).password);
    const empty = await run(["live", "--json"], {
      DATABASE_URL: `postgres://portal_app:${url.password}@${url.host}/postgres`,
    });
    expect(JSON.parse(empty.out)).toMatchObject({ error: { code: "database_not_migrated" } });
    expect(`${away.out}${empty.out}`).not.toContain(password);
  });

  test("a start that is running is found by its runtime.json", async () => {
    const runtime = {
      pid: process.pid,
      databaseUrl: db.appUrl,
      callControlUrl: "http://127.0.0.1:9",
      pbxName: "pbx1",
      sipDomain: "sip.test.example",
      sipPort: 46_060,
      sipTransport: "udp",
      authSecret: TEST_AUTH_SECRET,
      appUrl: "http://127.0.0.1:46000",
    };
    const file = path.join(elsewhere, "runtime.json");
    writeFileSync(file, JSON.stringify(runtime));
    const words = ["operator", "create", "--name", "Op", "--slug", "oper", "--email", "a@b.example", "--json"];
    const { code, out } = await run(words, {}, bin);
    expect(code).toBe(0);
    expect(JSON.parse(out).link).toMatch(/^http:\/\/127\.0\.0\.1:46000\/invitation#/);
    const phone = await run(["extension", "create", "--tenant", "oper", "--number", "101", "--name", "One", "--json"]);
    expect(JSON.parse(phone.out)).toMatchObject({ sipDomain: "sip.test.example", sipPort: 46_060 });

    // One that was killed left its file behind.
    writeFileSync(file, JSON.stringify({ ...runtime, pid: 2 ** 22 + 1 }));
    expect(JSON.parse((await run(["live", "--json"])).out)).toMatchObject({ error: { code: "not_running" } });
    rmSync(file);
  });
});

describe("the doctor", () => {
  test("finds each part in order where it is, and says how to mend the rest", async () => {
    const { code, out } = await run(["doctor", "--json"], withDatabase());
    const parts: { part: string; ok: boolean; detail: string; fix: string | null }[] = JSON.parse(out);
    const of = (name: string) => parts.find(({ part }) => part === name);
    for (const name of [
      "node",
      "disk",
      "installation",
      "secrets",
      "database",
      "row security",
      "migrations",
      "operator",
      "books",
      "currencies",
      "redis",
    ]) {
      expect(of(name)).toMatchObject({ ok: true, fix: null });
    }
    expect(of("workers")).toMatchObject({ ok: false, fix: expect.stringContaining("npm run worker") });
    expect(code).toBe(1);
  });

  test("notices a table open to all, a secret from a manual, a migration that is missing", async () => {
    const owner = builders(db);
    await owner.sql("ALTER TABLE extension NO FORCE ROW LEVEL SECURITY");
    await owner.sql("DELETE FROM schema_migration WHERE name LIKE '0008%'");
    try {
      const address = Object.assign(new URL(db.appUrl), { username: "portal_app" }).href;
      const { out } = await run(["doctor", "--json"], {
        DATABASE_URL: address,
        AUTH_SECRET: "changeme-changeme-changeme-changeme",
      });
      const wrong = JSON.parse(out).filter(({ ok }: { ok: boolean }) => !ok);
      expect(wrong.map(({ part }: { part: string }) => part)).toEqual([
        "secrets",
        "row security",
        "migrations",
        "workers",
      ]);
      expect(wrong[0].detail).toContain("AUTH_SECRET");
      expect(wrong[2].detail).toContain("0008");
    } finally {
      await owner.sql("ALTER TABLE extension FORCE ROW LEVEL SECURITY");
    }
  });
});
