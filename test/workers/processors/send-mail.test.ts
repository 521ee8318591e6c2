import { createHash, randomBytes, randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";

import { listMails, type Mail, queueMail } from "@/server/domain/mail/mail";
import { writeTenant } from "@/server/infra/db/write-tenant";
import { silentLogger } from "@/server/infra/log/logger";
import { createMailer, type Mailer } from "@/server/infra/mail/mailer";
import type { TenantId } from "@/server/kernel/ids";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { refusal, startSmtp } from "@/test/support/smtp";
import { type Stage, stage } from "@/test/support/stage";
import { giveUpMail, sendMail } from "@/workers/processors/send-mail";
import { sweepRetention } from "@/workers/processors/sweep-retention";
import type { TenantContext } from "@/workers/processors/types";

let db: TestDatabase;
let scene: Stage;
let tenantId: TenantId;
let smtp: Awaited<ReturnType<typeof startSmtp>>;
let mailer: Mailer;

beforeAll(async () => {
  db = await createDatabase();
  scene = await stage(db);
  tenantId = scene.customer.tenantId as TenantId;
  smtp = await startSmtp({ user: "portal", password: "p@ss:word" });
  mailer = createMailer({ smtpUrl: smtp.url, from: "My Téléphones <billing@provider.test>" });
});
afterAll(async () => {
  mailer.close();
  await smtp.stop();
  await db.drop();
});
afterEach(() => {
  smtp.mails.length = 0;
  smtp.answers.recipient = () => undefined;
  smtp.answers.data = () => undefined;
});

const context = (with_: Mailer | undefined = mailer): TenantContext => ({
  jobId: randomUUID(),
  tenantId,
  db: db.app,
  pool: db.pool,
  ami: undefined,
  mailer: with_,
  reconciler: { run: async () => ({ sawChannels: false, checkedLedger: false, open: 0, live: 0, settled: 0 }) },
  log: silentLogger,
  pbx: "pbx1",
  settings: { appUrl: "https://portal.example", securityEventRetentionDays: 90, auditFile: undefined },
});
const mail: Mail = { to: "owner@acme.test", subject: "Größe & Zahl", text: "Hello\n.\nworld" };
const queue = (more: Partial<Mail> = {}) =>
  writeTenant(db.app, { tenantId }, (tx) => queueMail(tx, tenantId, { ...mail, ...more }));
const rowOf = (id: string) =>
  scene.one<{ state: string; attempts: number; last_error: string | null; body: string | null }>(
    "SELECT state, attempts, last_error, body FROM mail WHERE id = $1",
    [id],
  );

test("a mail arrives whole, with its attachment, once, however often its job runs", async () => {
  const bytes = randomBytes(200_000);
  const mailId = await queue({ attachment: { name: "2026-000001.pdf", type: "application/pdf", bytes } });
  const jobs = await scene.sql<{ job_name: string; payload: unknown }>("SELECT job_name, payload FROM outbox_job");
  expect(jobs.at(-1)).toEqual({ job_name: "mail.send", payload: { mailId } });
  await sendMail({ mailId }, context());
  await sendMail({ mailId }, context());
  expect(smtp.mails).toHaveLength(1);
  const [got] = smtp.mails;
  expect(got).toMatchObject({ from: "billing@provider.test", to: ["owner@acme.test"] });
  expect(got?.text.replaceAll("\r\n", "\n")).toContain(mail.text);
  expect(got?.headers).toContain(`Message-ID: <${mailId}@provider.test>`);
  expect(got?.raw).toContain("filename=2026-000001.pdf");
  const hash = (data: Buffer | undefined) =>
    createHash("sha256")
      .update(data ?? "")
      .digest("hex");
  expect(hash(got?.attachment)).toBe(hash(bytes));
  expect(await rowOf(mailId)).toMatchObject({ state: "sent", attempts: 1, last_error: null });
});

test("two workers that have the same job send one mail", async () => {
  const mailId = await queue();
  const both = await Promise.allSettled([sendMail({ mailId }, context()), sendMail({ mailId }, context())]);
  expect(smtp.mails).toHaveLength(1);
  for (const one of both) {
    if (one.status === "rejected") expect(one.reason).toMatchObject({ code: "conflict" });
  }
  expect((await rowOf(mailId)).state).toBe("sent");
});

describe("a server that refuses", () => {
  test("an addressee for good: failed, with its words, and not tried again", async () => {
    smtp.answers.recipient = () => refusal(550, "5.1.1 no such mailbox");
    const mailId = await queue();
    await sendMail({ mailId }, context());
    expect(await rowOf(mailId)).toMatchObject({
      state: "failed",
      last_error: expect.stringContaining("no such mailbox"),
    });
    smtp.answers.recipient = () => undefined;
    await sendMail({ mailId }, context());
    expect(smtp.mails).toEqual([]);
    // Somebody mended the mailbox and presses "send again".
    await scene.as("customer").mail.sendAgain({ tenantSlug: "acme", mailId });
    await sendMail({ mailId }, context());
    expect(smtp.mails).toHaveLength(1);
    const sentAgain = scene.as("customer").mail.sendAgain({ tenantSlug: "acme", mailId });
    await expect(sentAgain).rejects.toMatchObject({ message: "invalid_state" });
  });

  test("for now: it waits, and the next try succeeds", async () => {
    smtp.answers.data = () => refusal(451, "4.7.1 greylisted");
    const mailId = await queue();
    await expect(sendMail({ mailId }, context())).rejects.toMatchObject({ name: "MailError", permanent: false });
    expect(await rowOf(mailId)).toMatchObject({
      state: "queued",
      attempts: 1,
      last_error: expect.stringContaining("grey"),
    });
    smtp.answers.data = () => undefined;
    await sendMail({ mailId }, context());
    expect(await rowOf(mailId)).toMatchObject({ state: "sent", attempts: 2, last_error: null });
  });

  test("our password: nobody's mail is lost, and nobody is shown why", async () => {
    const url = new URL(smtp.url);
    url.password = "wrong";
    const locked = createMailer({ smtpUrl: url.href, from: "a@provider.test" });
    const mailId = await queue();
    await expect(sendMail({ mailId }, context(locked))).rejects.toMatchObject({ name: "MailError", permanent: false });
    locked.close();
    expect(await rowOf(mailId)).toMatchObject({ state: "queued", last_error: "The mail server could not be used." });
    await giveUpMail(db.pool, { tenantId, payload: { mailId } });
    expect(await rowOf(mailId)).toMatchObject({ state: "failed", last_error: "The mail server could not be used." });
  });
});

test("a server that was away and comes back gets the mail", async () => {
  const gone = await startSmtp();
  await gone.stop();
  const far = createMailer({ smtpUrl: gone.url, from: "a@provider.test" });
  const mailId = await queue();
  await expect(sendMail({ mailId }, context(far))).rejects.toMatchObject({ name: "MailError", permanent: false });
  const back = await startSmtp({ port: gone.port });
  await sendMail({ mailId }, context(far));
  expect(back.mails).toHaveLength(1);
  far.close();
  await back.stop();
});

test("a password does not leave this machine in clear", async () => {
  // Another way to write 127.0.0.1, which the mailer does not know as this machine; the server has no TLS.
  const plain = createMailer({ smtpUrl: smtp.url.replace("127.0.0.1", "2130706433"), from: "a@provider.test" });
  const logins = smtp.logins.length;
  const mailId = await queue();
  await expect(sendMail({ mailId }, context(plain))).rejects.toMatchObject({
    name: "MailError",
    cause: { code: "ETLS" },
  });
  plain.close();
  expect(smtp.mails).toEqual([]);
  expect(smtp.logins).toHaveLength(logins);
});

test("without a mail server mail is kept as held, shown, and can be sent later", async () => {
  const mailId = await queue();
  await sendMail({ mailId }, { ...context(), mailer: undefined });
  const { items, goesOut } = await scene.as("customer").mail.list({ tenantSlug: "acme" });
  expect(goesOut).toBe(false);
  expect(items[0]).toMatchObject({ id: mailId, to: mail.to, state: "held" });
  expect(items[0]).not.toHaveProperty("body");
  await scene.as("customer").mail.sendAgain({ tenantSlug: "acme", mailId });
  await sendMail({ mailId }, context());
  expect(smtp.mails).toHaveLength(1);
});

test.each([
  ["to", { to: "a@b.test\r\nBcc: all@b.test" }],
  ["to", { to: "a@b.test, c@d.test" }],
  ["to", { to: "Somebody <a@b.test>" }],
  ["subject", { subject: "Hello\r\nBcc: all@b.test" }],
  ["subject", { subject: "Hello\u2028there" }],
  ["subject", { subject: "" }],
  ["attachment", { attachment: { name: 'x"\r\n.pdf', type: "application/pdf", bytes: Buffer.from("x") } }],
  ["attachment", { attachment: { name: "x.pdf", type: "a/b\r\nX: y", bytes: Buffer.from("x") } }],
  ["attachment", { attachment: { name: "x.pdf", type: "application/pdf", bytes: Buffer.alloc(12_000_001) } }],
])("what could carry a header of its own is refused: %s %#", async (field, more) => {
  await expect(queue(more)).rejects.toMatchObject({ code: "invalid_input", detail: { field } });
});

test("the database refuses a line break as well, whoever writes the row", async () => {
  for (const [recipient, subject] of [
    ["a@b.test\nBcc: c@d.test", "Hello"],
    ["a@b.test", "Hello\r\nBcc: c@d.test"],
  ]) {
    const insert = scene.sql("INSERT INTO mail (tenant_id, recipient, subject, body) VALUES ($1, $2, $3, '')", [
      tenantId,
      recipient,
      subject,
    ]);
    await expect(insert).rejects.toThrow(/check constraint/);
  }
});

test("an invitation is mailed when mail goes out, and its link is forgotten once it was sent", async () => {
  const goesOut = { settings: { ...(await import("@/test/support/caller")).testSettings, mailGoesOut: true } };
  const made = await scene
    .as("customer", goesOut)
    .members.invite({ tenantSlug: "acme", email: "new@acme.test", role: "viewer" });
  expect(made.mailed).toBe(true);
  const [row] = await scene.sql<{ id: string; body: string }>("SELECT id, body FROM mail WHERE recipient = $1", [
    "new@acme.test",
  ]);
  expect(row?.body).toContain(made.invitationUrl);
  await sendMail({ mailId: row?.id ?? "" }, context());
  expect(smtp.mails[0]?.text).toContain(made.invitationUrl);
  expect(await rowOf(row?.id ?? "")).toMatchObject({ state: "sent", body: null });
  const { mailed } = await scene
    .as("customer")
    .members.invite({ tenantSlug: "acme", email: "b@acme.test", role: "viewer" });
  expect(mailed).toBe(false);
  expect(await scene.sql("SELECT FROM mail WHERE recipient = 'b@acme.test'")).toEqual([]);
});

test("after 90 days what a sent mail said is gone, its envelope stays", async () => {
  const [old, young] = [await queue(), await queue()];
  for (const mailId of [old, young]) await sendMail({ mailId }, context());
  await scene.sql(
    "UPDATE mail SET created_at = now() - interval '91 days', sent_at = now() - interval '91 days' WHERE id = $1",
    [old],
  );
  await sweepRetention({}, context());
  expect((await rowOf(old)).body).toBeNull();
  expect((await rowOf(young)).body).toBe(mail.text);
});

test("what a mail says is read by nobody in the portal", async () => {
  const reading = writeTenant(db.app, { tenantId }, (tx) => tx.$queryRaw`SELECT body FROM mail`);
  await expect(reading).rejects.toThrow(/permission denied/);
  const others = await writeTenant(db.app, { tenantId: scene.reseller.tenantId as TenantId }, (tx) =>
    listMails(tx, tenantId),
  );
  expect(others).toEqual([]);
});

test("mail to a tenant below a brand comes in its name, from our address, and answers go where the brand says", async () => {
  const { reseller, operator } = scene;
  await scene.sql(
    "INSERT INTO brand (tenant_id, name, colour, sender_name, reply_to) VALUES ($1, 'Quay: Söhne', '#ffcc00', 'Quay Söhne', 'help@quay.example')",
    [reseller.tenantId],
  );
  const mailId = await queue({ subject: "Hello", text: "See https://quay.example/t/acme.\n" });
  await sendMail({ mailId }, context());
  const [got] = smtp.mails;
  expect(got?.from).toBe("billing@provider.test");
  expect(got?.headers).toMatch(/^From: =\?UTF-8\?Q\?Quay_S=C3=B6hne\?= <billing@provider\.test>/m);
  expect(got?.headers).toContain("Reply-To: help@quay.example");
  expect(got?.raw).toContain("text/html");
  expect(got?.raw).toContain("Quay: S=C3=B6hne");
  // Whoever is not below that brand hears from the house.
  smtp.mails.length = 0;
  const up = await writeTenant(db.app, { tenantId: operator.tenantId as TenantId }, (tx) =>
    queueMail(tx, operator.tenantId as TenantId, mail),
  );
  await sendMail({ mailId: up }, context());
  expect(smtp.mails[0]?.raw).not.toMatch(/Quay|text\/html/);
  await scene.sql("DELETE FROM brand");
});
