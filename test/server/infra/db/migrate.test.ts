import { randomUUID } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { type EmbeddedPostgres, startPostgres } from "@/server/embedded/postgres";
import { migrate } from "@/server/infra/db/migrate";
import { migrationsFolder, readMigrations } from "@/server/infra/db/migration-files";

let dataDir: string;
let postgres: EmbeddedPostgres;
let folder: string;

beforeAll(async () => {
  dataDir = mkdtempSync(path.join(tmpdir(), "ringfence-migrate-"));
  postgres = await startPostgres({ dataDir, settings: { fsync: "off", synchronous_commit: "off" } });
});
afterAll(async () => {
  await postgres.stop();
  rmSync(dataDir, { recursive: true, force: true });
});
beforeEach(() => {
  folder = mkdtempSync(path.join(dataDir, "files-"));
});

const urlTo = (database: string, login?: { user: string; password: string }): string => {
  const url = new URL(postgres.url);
  url.pathname = `/${database}`;
  if (login) Object.assign(url, { username: login.user, password: login.password });
  return url.href;
};

async function ask<Row extends object>(url: string, sql: string): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

async function emptyDatabase(owner?: string): Promise<string> {
  const name = `t_${randomUUID().replaceAll("-", "")}`;
  await ask(urlTo("postgres"), `CREATE DATABASE ${name}${owner ? ` OWNER ${owner}` : ""}`);
  return name;
}

function file(name: string, sql: string): string {
  mkdirSync(path.join(folder, name), { recursive: true });
  const at = path.join(folder, name, "migration.sql");
  writeFileSync(at, sql);
  return at;
}

describe("with files of its own", () => {
  test("applies them in order, once, and says which", async () => {
    file("0001_first", "CREATE TABLE a (id int);");
    file("0002_second", "ALTER TABLE a ADD COLUMN b int;");
    const url = urlTo(await emptyDatabase());
    expect(await migrate({ url, folder })).toEqual(["0001_first", "0002_second"]);
    expect(await migrate({ url, folder })).toEqual([]);
    file("0003_third", "DROP TABLE a;");
    expect(await migrate({ url, folder })).toEqual(["0003_third"]);
  });

  test("three at once: one works, all succeed", async () => {
    file("0001_first", "CREATE TABLE a (id int); SELECT pg_sleep(0.2);");
    file("0002_second", "INSERT INTO a VALUES (1);");
    const url = urlTo(await emptyDatabase());
    const applied = await Promise.all([1, 2, 3].map(() => migrate({ url, folder })));
    expect(applied.flat().sort()).toEqual(["0001_first", "0002_second"]);
    expect(await ask(url, "SELECT id FROM a")).toHaveLength(1);
  });

  test("three databases of one server at once, passwords included", async () => {
    file("0001_first", "CREATE SCHEMA pbx;");
    const names = await Promise.all([emptyDatabase(), emptyDatabase(), emptyDatabase()]);
    const passwords = { portal_app: "app-password", asterisk: "pbx-password" };
    await Promise.all(names.map((name) => migrate({ url: urlTo(name), folder, passwords })));
    const login = { user: "asterisk", password: "pbx-password" };
    expect(await ask(urlTo(names[0] ?? "", login), "SHOW search_path")).toEqual([{ search_path: "pbx" }]);
  });

  test("a failing file leaves nothing of itself and is named with its line", async () => {
    file("0001_first", "CREATE TABLE a (id int);");
    const broken = file("0002_broken", "CREATE TABLE b (id int);\n\nINSERT INTO nowhere VALUES (1);");
    const url = urlTo(await emptyDatabase());
    await expect(migrate({ url, folder })).rejects.toThrow(`${broken} failed at line 3`);
    expect(await ask(url, "SELECT to_regclass('a') IS NULL AS a, to_regclass('b') IS NULL AS b")).toEqual([
      { a: false, b: true },
    ]);
    file("0002_broken", "CREATE TABLE b (id int);");
    expect(await migrate({ url, folder })).toEqual(["0002_broken"]);
  });

  test("a changed file, a lost file, a gap and a strange name are each refused", async () => {
    file("0001_first", "SELECT 1;");
    file("0002_second", "SELECT 2;");
    const url = urlTo(await emptyDatabase());
    await migrate({ url, folder });
    const changed = file("0001_first", "SELECT 3;");
    await expect(migrate({ url, folder })).rejects.toThrow(`${changed} was changed after it was applied`);
    file("0001_first", "SELECT 1;");
    rmSync(path.join(folder, "0002_second"), { recursive: true });
    await expect(migrate({ url, folder })).rejects.toThrow(
      "has migration 0002_second, which this version does not know",
    );
    file("0003_third", "SELECT 3;");
    await expect(migrate({ url, folder })).rejects.toThrow("0003_third comes where number 0002 should be");
    rmSync(path.join(folder, "0003_third"), { recursive: true });
    file("two", "SELECT 3;");
    await expect(migrate({ url, folder })).rejects.toThrow("two in");
  });

  test("a database that cannot be reached is one sentence without the password", async () => {
    const url = "postgres://owner:very-secret@127.0.0.1:1/nothing";
    const error = await migrate({ url, folder }).catch((thrown: Error) => thrown);
    expect(String(error)).toContain("The database at 127.0.0.1:1 cannot be reached");
    expect(String(error)).not.toContain("very-secret");
  });
});

describe("with the product's files", () => {
  const passwords = { portal_app: "app-password", asterisk: "pbx-password" };

  test("who said that an hour's spending cuts no phone off has said so of a day's after the upgrade", async () => {
    const upTo = (last: string) => {
      for (const { name } of readMigrations(migrationsFolder).filter((one) => one.name.slice(0, 4) <= last)) {
        cpSync(path.join(migrationsFolder, name), path.join(folder, name), { recursive: true });
      }
    };
    upTo("0157");
    const url = urlTo(await emptyDatabase());
    await migrate({ url, folder });
    const [made] = await ask<{ id: string }>(
      url,
      "SELECT tenant_create('operator', 'operator', 'operator', 'EUR', 'UTC', 'DE', NULL) AS id",
    );
    const parent = made?.id ?? "";
    // Of each tenant another word about the hour; the last two said something about the day themselves, or nothing of this kind.
    const words = [
      ["off", "'off', NULL, NULL, '2031-01-01Z'"],
      ["shadow", "'shadow', NULL, NULL, NULL"],
      ["notify", "NULL, 'notify', NULL, NULL"],
      ["open", "'enforce', 'open', 7, NULL"],
      ["contain", "NULL, 'contain', NULL, NULL"],
      ["amount", "NULL, NULL, 7, NULL"],
      ["own-day", "'off', NULL, NULL, NULL"],
    ] as const;
    const say = (slug: string, signal: string, word: string) =>
      ask(
        url,
        `INSERT INTO rule (tenant_id, about_id, signal, scope, mode, action, warn, ends_at, changed_by)
         SELECT '${parent}', id, '${signal}', 'extension', ${word.replace("2031-01-01Z'", "2031-01-01Z'::timestamptz")}, 'ann' FROM tenant WHERE slug = '${slug}'`,
      );
    for (const [slug, word] of words) {
      await ask(
        url,
        `SELECT set_config('app.tenant_id', '${parent}', false), tenant_create('${slug}', '${slug}', 'customer', 'EUR', 'UTC', 'DE', NULL)`,
      );
      await say(slug, "spend", word);
    }
    await say("own-day", "spend_day", "'enforce', 'contain', NULL, NULL");
    upTo("0158");
    expect(await migrate({ url, folder })).toEqual(["0158_spend_day_reviewed"]);
    const day = await ask<{ slug: string }>(
      url,
      `SELECT t.slug, r.mode, r.action, r.warn, (r.ends_at AT TIME ZONE 'UTC')::date::text AS until, r.changed_by AS by
       FROM rule r JOIN tenant t ON t.id = r.about_id WHERE r.signal = 'spend_day' ORDER BY t.slug`,
    );
    const copied = { action: null, warn: null, until: null, by: "ann" };
    expect(day).toEqual([
      { ...copied, slug: "notify", mode: null, action: "notify" },
      { ...copied, slug: "off", mode: "off", until: "2031-01-01" },
      { ...copied, slug: "open", mode: null, action: "open" },
      { ...copied, slug: "own-day", mode: "enforce", action: "contain" },
      { ...copied, slug: "shadow", mode: "shadow" },
    ]);
  });

  test.each(["a superuser", "an owner that may only create roles"])("%s can apply them all", async (who) => {
    const login = who === "a superuser" ? undefined : { user: "plain_owner", password: "owner-password" };
    if (login) await ask(urlTo("postgres"), "CREATE ROLE plain_owner LOGIN CREATEROLE PASSWORD 'owner-password'");
    // The roles of the tests before were the superuser's: the plain owner starts on a server without them.
    if (login) await dropRoles();
    const name = await emptyDatabase(login?.user);
    const applied = await migrate({ url: urlTo(name, login), passwords, queue: true });
    expect(applied.length).toBeGreaterThan(0);
    expect(await migrate({ url: urlTo(name, login), passwords, queue: true })).toEqual([]);
    const app = urlTo(name, { user: "portal_app", password: "app-password" });
    expect(await ask(app, "SELECT count(*)::int AS n FROM schema_migration")).toEqual([{ n: applied.length }]);
    expect(await ask(app, "SELECT count(*) >= 1 AS ready FROM bullmq.migration")).toEqual([{ ready: true }]);
    expect(await ask(app, "SELECT has_schema_privilege('portal_charge', 'public', 'CREATE') AS can")).toEqual([
      { can: false },
    ]);
  });

  async function dropRoles(): Promise<void> {
    const databases = await ask<{ datname: string }>(
      urlTo("postgres"),
      "SELECT datname FROM pg_database WHERE datname ~ '^t_'",
    );
    for (const { datname } of databases) await ask(urlTo("postgres"), `DROP DATABASE ${datname} WITH (FORCE)`);
    await ask(
      urlTo("postgres"),
      "DROP ROLE IF EXISTS portal_app, portal_charge, portal_system, portal_retention, asterisk",
    );
  }
});
