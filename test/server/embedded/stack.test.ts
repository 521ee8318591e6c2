import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { Client } from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";

import { freePort } from "@/server/embedded/ports";
import { type Stack, type StackOptions, startStack } from "@/server/embedded/stack";

let dataDir: string;
let stack: Stack | undefined;

beforeEach(() => {
  dataDir = mkdtempSync(path.join(tmpdir(), "ringfence-stack-"));
});
afterEach(async () => {
  await stack?.stop();
  stack = undefined;
  rmSync(dataDir, { recursive: true, force: true });
});

/** The database alone: what the parts have in common shows with one of them. */
const start = async (more: Partial<StackOptions> = {}): Promise<Stack> => {
  stack = await startStack({
    dataDir,
    web: false,
    workers: false,
    redis: false,
    pbx: false,
    seed: false,
    postgresSettings: { fsync: "off", synchronous_commit: "off" },
    ...more,
  });
  return stack;
};
const runtimeFile = () => path.join(dataDir, "runtime.json");

async function currentUser(url: string): Promise<string> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<{ current_user: string }>("SELECT current_user")).rows[0]?.current_user ?? "";
  } finally {
    await client.end();
  }
}

test("tells where everything is while it runs, for its owner's eyes, and nothing afterwards", async () => {
  const { urls, env, pids } = await start();
  expect(await currentUser(urls.database)).toBe("portal_app");
  expect(await currentUser(urls.owner)).toBe("ringfence");
  expect(statSync(runtimeFile()).mode & 0o777).toBe(0o600);
  expect(JSON.parse(readFileSync(runtimeFile(), "utf8"))).toMatchObject({
    pid: process.pid,
    databaseUrl: urls.database,
    migrateUrl: urls.owner,
    authSecret: env["AUTH_SECRET"],
  });
  expect(Object.values(env).join(" ")).not.toContain(new URL(urls.owner).password);
  const { postgres } = pids();
  await stack?.stop();
  expect(existsSync(runtimeFile())).toBe(false);
  expect(existsSync(`/proc/${postgres}`)).toBe(false);
});

test("the same folder has the same secrets and data the next time, and one start at a time", async () => {
  const first = await start();
  await expect(startStack({ dataDir, pbx: false })).rejects.toThrow(
    `Another start (process ${process.pid}) already uses`,
  );
  const { authSecret } = first.runtime;
  await first.stop();
  expect((await start()).runtime.authSecret).toBe(authSecret);
});

test("a part that ends by itself is told with one sentence", async () => {
  const { failed, pids } = await start();
  process.kill(pids()["postgres"] ?? 0, "SIGKILL");
  expect(await failed).toMatch(/^postgres was ended by SIGKILL; its log is .*postgres\.log\.$/);
});

test("the database can go away and come back at the same address", async () => {
  const { urls, stopPostgres, startPostgres } = await start();
  await stopPostgres();
  await expect(currentUser(urls.database)).rejects.toThrow();
  await startPostgres();
  expect(await currentUser(urls.database)).toBe("portal_app");
});

test("a taken port is found before anything is started, and leaves nothing behind", async () => {
  const server = createServer();
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  await expect(start({ web: true, ports: { web: port } })).rejects.toThrow(
    `Port ${port} on 127.0.0.1 is already in use`,
  );
  await new Promise((resolve) => server.close(resolve));
  expect(existsSync(path.join(dataDir, "start.lock"))).toBe(false);
  expect(existsSync(path.join(dataDir, "pg"))).toBe(false);
});

test("mistakes in the variables are told together before anything is started", async () => {
  const env = { PORT: "99999", CARRIER_URI: "tel:1", PBX: "embedded", AMI_HOST: "pbx.example" };
  await expect(start({ env })).rejects.toThrow(/PORT: .*\n.*CARRIER_URI: must look like/s);
});
