import { type ChildProcess, spawn } from "node:child_process";
import { createServer, type Server } from "node:net";

import { afterAll, afterEach, beforeAll, expect, test } from "vitest";

import { bundled } from "@/test/support/bundled";
import { PBX_SECRET } from "@/test/support/call-control";
import { createDatabase, type TestDatabase } from "@/test/support/database";

let db: TestDatabase;
const children: ChildProcess[] = [];
const servers: Server[] = [];

beforeAll(async () => {
  db = await createDatabase();
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  for (const server of servers.splice(0)) server.close();
});
afterAll(() => db.drop());

/** The program with exactly these variables: as it is started everywhere, or out of one file. */
function start(variables: Record<string, string>, program: readonly string[] = ["--import", "tsx", "workers/main.ts"]) {
  const child = spawn(process.execPath, program, {
    env: {
      NODE_ENV: "test",
      PATH: process.env["PATH"],
      AUTH_SECRET: "x".repeat(32),
      DATABASE_URL: db.appUrl,
      PBX_SECRET,
      ...variables,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  const said = { out: "", err: "" };
  child.stdout.on("data", (text) => (said.out += String(text)));
  child.stderr.on("data", (text) => (said.err += String(text)));
  const ended = new Promise<number | null>((resolve) => child.on("exit", resolve));
  return { child, said, ended };
}

async function takenPort(): Promise<number> {
  const server = createServer();
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return typeof address === "object" && address ? address.port : 0;
}

async function freePort(): Promise<number> {
  const port = await takenPort();
  await new Promise((resolve) => servers.pop()?.close(resolve));
  return port;
}

test("starts without a PBX, says when it is ready, and ends in order when asked to", async () => {
  const { child, said, ended } = start({ PBX: "none", CALL_CONTROL_PORT: String(await freePort()) });
  await expect.poll(() => said.out).toContain("workers are ready");
  child.kill("SIGTERM");
  expect(await ended).toBe(0);
  expect(said.err).toBe("");
  expect(said.out).not.toContain(PBX_SECRET);
});

test.each([
  ["a missing variable", { AUTH_SECRET: "" }, /AUTH_SECRET: is required/],
  [
    "a port that is taken",
    { CALL_CONTROL_PORT: "taken" },
    /^The address 127\.0\.0\.1:\d+ of call control is taken by another program: set CALL_CONTROL_PORT\.\n$/,
  ],
  [
    "a database without tables",
    { DATABASE_URL: "empty" },
    /^The database has no tables yet: run `npm run migrate` first\.\n$/,
  ],
])("%s: one plain sentence and a non-zero exit", async (_what, variables, sentence) => {
  const given: Record<string, string> = { PBX: "none", CALL_CONTROL_PORT: String(await freePort()), ...variables };
  if (given["CALL_CONTROL_PORT"] === "taken") given["CALL_CONTROL_PORT"] = String(await takenPort());
  if (given["DATABASE_URL"] === "empty")
    given["DATABASE_URL"] = Object.assign(new URL(db.appUrl), { pathname: "/postgres" }).href;
  const { said, ended } = start(given, [await bundled("workers/main.ts")]);
  expect(await ended).toBe(1);
  expect(said.err).toMatch(sentence);
  expect(said.err).not.toMatch(/\n\s+at /);
});
