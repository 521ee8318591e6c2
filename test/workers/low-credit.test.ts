import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";

import { silentLogger } from "@/server/infra/log/logger";
import { createMailer, type Mailer } from "@/server/infra/mail/mailer";
import { byItself } from "@/test/support/by-itself";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { eventually } from "@/test/support/eventually";
import { startSmtp } from "@/test/support/smtp";
import { type Stage, stage } from "@/test/support/stage";
import { type RunningJobs, startJobs } from "@/workers/start-jobs";

const EURO = 1_000_000n;
let db: TestDatabase;
let on: Stage;
let smtp: Awaited<ReturnType<typeof startSmtp>>;
let mailer: Mailer;
let jobs: RunningJobs;
beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
  smtp = await startSmtp();
  mailer = createMailer({ smtpUrl: smtp.url, from: "billing@provider.test" });
  const { tenantId: _tenantId, jobId: _jobId, ...base } = byItself(db, on).contextOf(on.customer);
  jobs = startJobs({
    target: { databaseUrl: db.appUrl },
    connectionString: db.appUrl,
    base: { ...base, mailer },
    log: silentLogger,
    queueName: `t-${randomUUID()}`,
    // Nothing looks by itself within any time that the test waits: only what the change of the balance asks for is done.
    schedules: false,
    relayEveryMs: 3_600_000,
  });
}, 600_000);
afterAll(async () => {
  await jobs.close();
  mailer.close();
  await smtp.stop();
  await db.drop();
});

test("one correction that passes both levels: the owner has one mail, and the card is charged once, because the change of the balance asks for it", async () => {
  const self = byItself(db, on);
  const cardId = await self.card(on.customer);
  await on.topUp(on.customer, 20n * EURO);
  await on.as("customer").alerts.set({ tenantSlug: "acme", levels: [{ below: "10", forDays: null }] });
  await on.as("customer").autoTopUp.set({ tenantSlug: "acme", cardId, threshold: "10", amount: "25", monthly: "100" });
  await self.spend(on.customer, 15n * EURO);
  await eventually(() => expect(smtp.mails).toHaveLength(1));
  expect(smtp.mails[0]?.headers).toContain("Low_balance");
  await eventually(async () => expect((await on.wallet(on.customer)).posted).toBe(30n * EURO));
  expect(await self.charges(on.customer)).toMatchObject([{ state: "paid" }]);
  const waits = await on.sql("SELECT job_name FROM outbox_job WHERE done_at IS NULL AND job_name LIKE 'payments.%'");
  expect(waits).toEqual([]);
});
