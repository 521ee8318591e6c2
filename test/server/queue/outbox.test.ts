import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";

import { writeTenant } from "@/server/infra/db/write-tenant";
import type { TenantId } from "@/server/kernel/ids";
import { jobs } from "@/server/queue/jobs";
import { enqueue, OUTBOX_CHANNEL } from "@/server/queue/outbox";
import { builders } from "@/test/support/builders";
import { createDatabase, type TestDatabase } from "@/test/support/database";

let db: TestDatabase;
let tenantId: TenantId;
const payload = { subject: "extension", id: "5f0a8f0e-7d1f-4f2f-9a59-0d2f3f1b7a11" } as const;
const waiting = async () => (await db.owner.query("SELECT id, job_name, payload FROM outbox_job")).rows;

beforeAll(async () => {
  db = await createDatabase();
  tenantId = (await builders(db).tenant("operator")).tenantId as TenantId;
});
afterAll(() => db.drop());

test("a change that is rolled back enqueues nothing", async () => {
  const change = writeTenant(db.app, { tenantId }, async (tx) => {
    await enqueue(tx, tenantId, "hangUpOfSubject", payload);
    throw new Error("changed my mind");
  });
  await expect(change).rejects.toThrow();
  expect(await waiting()).toEqual([]);
});

test("a change that is committed has its job waiting, and wakes whoever carries it", async () => {
  const listener = new Client({ connectionString: db.appUrl });
  await listener.connect();
  const woken = new Promise((resolve) => listener.once("notification", resolve));
  await listener.query(`LISTEN ${OUTBOX_CHANNEL}`);
  const id = await writeTenant(db.app, { tenantId }, (tx) => enqueue(tx, tenantId, "hangUpOfSubject", payload));
  await woken;
  await listener.end();
  expect(await waiting()).toEqual([{ id, job_name: jobs.hangUpOfSubject.name, payload }]);
});

test("a payload that is not of the job's form is refused before it is queued", async () => {
  const bad = { ...payload, id: "not an id" };
  await expect(
    writeTenant(db.app, { tenantId }, (tx) => enqueue(tx, tenantId, "hangUpOfSubject", bad)),
  ).rejects.toThrow();
});

test("job names are stored words: unique, and of the form subject.verb_object", () => {
  const names = Object.values(jobs).map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^[a-z]+\.[a-z_]+$/);
});
