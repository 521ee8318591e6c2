import { createHash, randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";

import { todayIn } from "@/components/reports/report-params";
import { listStatements } from "@/server/domain/statements/statements";
import { readTenant } from "@/server/infra/db/read-tenant";
import { silentLogger } from "@/server/infra/log/logger";
import { createMailer, type Mailer } from "@/server/infra/mail/mailer";
import type { TenantId } from "@/server/kernel/ids";
import type { Tenancy } from "@/test/support/builders";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { noonZone } from "@/test/support/noon";
import { pastMovements } from "@/test/support/past-movements";
import { startSmtp } from "@/test/support/smtp";
import { eventful, idOf, statementDesk } from "@/test/support/statement-desk";
import { issueStatements } from "@/workers/processors/issue-statements";
import { sealStatement } from "@/workers/processors/seal-statement";
import { sendMail } from "@/workers/processors/send-mail";
import type { TenantContext } from "@/workers/processors/types";

let db: TestDatabase;
let on: Awaited<ReturnType<typeof statementDesk>>;
let smtp: Awaited<ReturnType<typeof startSmtp>>;
let mailer: Mailer;
beforeAll(async () => {
  db = await createDatabase();
  on = await statementDesk(db);
  smtp = await startSmtp();
  mailer = createMailer({ smtpUrl: smtp.url, from: "billing@provider.test" });
});
afterAll(async () => {
  mailer.close();
  await smtp.stop();
  await db.drop();
});

const context = (tenantId: TenantId = idOf(on.operator)): TenantContext => ({
  jobId: randomUUID(),
  tenantId,
  db: db.app,
  pool: db.pool,
  ami: undefined,
  mailer,
  reconciler: { run: async () => ({ sawChannels: false, checkedLedger: false, open: 0, live: 0, settled: 0 }) },
  payments: undefined,
  log: silentLogger,
  pbx: "pbx1",
  settings: { appUrl: "https://portal.example", securityEventRetentionDays: 90, auditFile: undefined },
});
const statementsOf = (of: Tenancy) =>
  readTenant(db.app, { tenantId: idOf(of) }, async (tx) => (await listStatements(tx, idOf(of))).items);
const waiting = <Payload>(name: string, of: Tenancy) =>
  on.sql<{ payload: Payload }>(
    "SELECT payload FROM outbox_job WHERE job_name = $1 AND tenant_id = $2 AND done_at IS NULL ORDER BY created_at",
    [name, of.tenantId],
  );

/** Where it is noon: no month ends while these tests run, and none has ended so lately that it is not due yet. */
const zone = noonZone();
const today = new Date(todayIn(zone, new Date()));
const newCustomer = (moves: Parameters<typeof on.newCustomer>[0]) => on.newCustomer(moves, zone);

/** Noon of the 10th, so many months ago. */
const monthsAgo = (months: number): string =>
  new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth() - months, 10, 12)).toISOString();

test("two workers issue each missed month once, in order, and the month that goes on not at all", async () => {
  const of = await newCustomer([
    { at: monthsAgo(4), kind: "top_up", amount: 5_000_000n },
    { at: monthsAgo(2), kind: "charge", amount: -1_000_000n },
  ]);
  await Promise.all([issueStatements({}, context()), issueStatements({}, context())]);
  await issueStatements({}, context());
  const found = (await statementsOf(of)).toReversed();
  expect(
    found.map(({ kind, firstDay, openingMicros, closingMicros }) => [
      kind,
      firstDay.slice(0, 7),
      openingMicros,
      closingMicros,
    ]),
  ).toEqual([
    ["month", monthsAgo(4).slice(0, 7), 0n, 5_000_000n],
    ["month", monthsAgo(3).slice(0, 7), 5_000_000n, 5_000_000n],
    ["month", monthsAgo(2).slice(0, 7), 5_000_000n, 4_000_000n],
    ["month", monthsAgo(1).slice(0, 7), 4_000_000n, 4_000_000n],
  ]);
  expect(found.map(({ number }) => number)).toEqual(found.map(({ number }) => number).toSorted());
  expect(await waiting("statement.seal", of)).toHaveLength(4);
});

test("a wallet that does not add up is told, and holds up nobody", async () => {
  const broken = await newCustomer([{ at: monthsAgo(2), kind: "top_up", amount: 1n }]);
  await on.sql("UPDATE ledger_entry SET balance_after_micros = 7 WHERE tenant_id = $1 AND account = 'wallet'", [
    broken.tenantId,
  ]);
  const whole = await newCustomer([{ at: monthsAgo(1), kind: "top_up", amount: 1n }]);
  const errors: unknown[] = [];
  const log = { ...silentLogger, error: (fields: unknown) => errors.push(fields) };
  await issueStatements({}, { ...context(), log });
  expect(errors).toHaveLength(1);
  expect(await statementsOf(broken)).toEqual([]);
  expect(await statementsOf(whole)).toHaveLength(1);
  // No number was used up by the one that failed.
  const [gap] = await on.sql<{ issued: number; last: number }>(
    "SELECT count(*)::int AS issued, max(right(number, 6)::int) AS last FROM statement WHERE seller_id = $1",
    [on.reseller.tenantId],
  );
  expect(gap?.last).toBe(gap?.issued);
});

test("a month's statement is mailed once to owners and billing seats, and what arrives is the file that was sealed", async () => {
  const of = await newCustomer([]);
  await pastMovements(on, of)(eventful.map((move) => ({ ...move, at: monthsAgo(1) })));
  for (const role of ["owner", "billing", "viewer"]) await on.person(of, role);
  await issueStatements({}, context());
  const [job] = await waiting<{ statementId: string }>("statement.seal", of);
  const payload = { statementId: job?.payload.statementId ?? "" };
  await Promise.all([sealStatement(payload, context(idOf(of))), sealStatement(payload, context(idOf(of)))]);
  await sealStatement(payload, context(idOf(of)));
  const [statement] = await statementsOf(of);
  const mails = await waiting<{ mailId: string }>("mail.send", of);
  expect(mails).toHaveLength(2);
  for (const mail of mails) await sendMail(mail.payload, context(idOf(of)));
  expect(smtp.mails).toHaveLength(2);
  for (const mail of smtp.mails) {
    expect(
      createHash("sha256")
        .update(mail.attachment ?? "")
        .digest("hex"),
    ).toBe(statement?.seal?.pdfSha256);
    expect(mail.headers).toContain(`Statement ${statement?.number}`);
    expect(mail.raw).toContain(`filename=statement-${statement?.number}.pdf`);
  }
});

test("months long past are made for looking up, and nobody gets a pile of mail about them", async () => {
  const of = await newCustomer([{ at: monthsAgo(5), kind: "top_up", amount: 1_000_000n }]);
  await on.person(of, "owner");
  await issueStatements({}, context());
  for (const { payload } of await waiting<{ statementId: string }>("statement.seal", of))
    await sealStatement(payload, context(idOf(of)));
  expect((await statementsOf(of)).map(({ seal }) => seal !== null)).toEqual([true, true, true, true, true]);
  const mailed = await on.sql<{ subject: string }>("SELECT subject FROM mail WHERE tenant_id = $1 ORDER BY subject", [
    of.tenantId,
  ]);
  const month = (text: string) => /, (\d{4}-\d{2})/.exec(text)?.[1];
  expect(mailed.map(({ subject }) => month(subject))).not.toContain(monthsAgo(4).slice(0, 7));
  expect(mailed.map(({ subject }) => month(subject))).toContain(monthsAgo(1).slice(0, 7));
});

test("files that nobody made are made by the next run, and an empty wallet is not written about", async () => {
  const of = await newCustomer([
    { at: monthsAgo(2), kind: "top_up", amount: 1n },
    { at: monthsAgo(2), kind: "fee", amount: -1n },
  ]);
  await on.person(of, "owner");
  await issueStatements({}, context());
  expect((await statementsOf(of)).map(({ seal }) => seal)).toEqual([null, null]);
  await on.sql("SET session_replication_role = replica");
  await on.sql("UPDATE statement SET issued_at = issued_at - interval '1 hour' WHERE tenant_id = $1", [of.tenantId]);
  await on.sql("RESET session_replication_role");
  await issueStatements({}, context());
  expect((await statementsOf(of)).every(({ seal }) => seal !== null)).toBe(true);
  // The month in which it moved, and not the one in which there was nothing.
  expect(await waiting("mail.send", of)).toHaveLength(1);
});
