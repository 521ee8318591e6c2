import { afterAll, beforeAll, expect, test } from "vitest";

import { listen } from "@/server/infra/live/listener";
import { silentLogger } from "@/server/infra/log/logger";
import { createDatabase, type TestDatabase } from "@/test/support/database";

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
});
afterAll(() => db.drop());

test("a listener whose connection is killed comes back, says so, and hears again", async () => {
  const heard: string[] = [];
  let connects = 0;
  const listener = listen({
    connectionString: db.appUrl,
    channel: "a channel",
    onMessage: (payload) => heard.push(payload),
    onConnected: () => {
      connects += 1;
    },
    log: silentLogger,
    retryMs: 50,
  });
  const say = (text: string) => db.owner.query("SELECT pg_notify('a channel', $1)", [text]);
  await expect.poll(() => connects).toBe(1);
  await say("first");
  await expect.poll(() => heard).toEqual(["first"]);
  await db.owner.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'ringfence listen%' AND datname = current_database()",
  );
  await expect.poll(() => connects).toBe(2);
  await say("second");
  await expect.poll(() => heard).toEqual(["first", "second"]);
  await listener.close();
  expect(listener.connected).toBe(false);
});

test("a database that is not there is tried again without end, and a close ends it", async () => {
  const url = Object.assign(new URL(db.appUrl), { port: "1" }).href;
  const listener = listen({ connectionString: url, channel: "x", onMessage: () => {}, log: silentLogger, retryMs: 10 });
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(listener.connected).toBe(false);
  await listener.close();
});
