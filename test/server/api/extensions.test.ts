import { createHash } from "node:crypto";
import { inspect } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";

import { createLogger } from "@/server/infra/log/logger";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { everyRow, type Stage, stage } from "@/test/support/stage";

let db: TestDatabase;
let on: Stage;
const acme = { tenantSlug: "acme" };

beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
});
afterAll(() => db.drop());

const phoneRow = (username: string) =>
  on.one<{ password_digest: string; supported_algorithms_uas: string; set_var: string; context: string }>(
    "SELECT * FROM pbx.ps_auths a JOIN pbx.ps_endpoints e ON e.id = a.id WHERE a.id = $1",
    [username],
  );
const auditOf = (subject: string) =>
  on.sql<{ action: string; actor_id: string; after: unknown }>(
    "SELECT * FROM audit_event WHERE tenant_id = $1 AND subject = $2 ORDER BY seq",
    [on.customer.tenantId, subject],
  );
const jobs = () =>
  on.sql<{ job_name: string; payload: unknown }>("SELECT job_name, payload FROM outbox_job ORDER BY created_at");
const register = (username: string, expiresIn = 300) =>
  on.sql(
    `INSERT INTO pbx.ps_contacts (id, uri, endpoint, user_agent, expiration_time) VALUES ($1, $2, $3, 'Test phone 1.0', $4)`,
    [`${username}@1`, `sip:${username}@192.0.2.7:5080`, username, String(Math.floor(Date.now() / 1_000) + expiresIn)],
  );

describe("creating", () => {
  test("gives a phone everything it needs, and the telephone system the digests only", async () => {
    const phone = await on.as("customer").extensions.create({ ...acme, number: "201", displayName: "Front desk" });

    expect(phone).toMatchObject({ sipUsername: "acme-201", sipDomain: "127.0.0.1", sipPort: 5060, transport: "udp" });
    expect(phone.secretOnce).toMatch(/^[a-hjkmnp-z2-9]{26}$/);
    const ha1 = `acme-201:ringfence:${phone.secretOnce}`;
    expect(await phoneRow("acme-201")).toMatchObject({
      password_digest: `MD5:${createHash("md5").update(ha1).digest("hex")},SHA-256:${createHash("sha256").update(ha1).digest("hex")}`,
      supported_algorithms_uas: "MD5,SHA-256",
      set_var: "RF_EMERGENCY=-112-110-",
      context: "ringfence-phone",
    });
    expect(await auditOf(`extension:${phone.id}`)).toMatchObject([
      { action: "extension.create", actor_id: on.owners.customer, after: { number: "201", displayName: "Front desk" } },
    ]);
  });

  test("the secret is in the answer and nowhere else", async () => {
    const written: string[] = [];
    const log = createLogger({
      name: "test",
      level: "trace",
      destination: { write: (line: string) => void written.push(line) },
    });
    const as = on.as("customer", { log });

    const phone = await as.extensions.create({ ...acme, number: "202", displayName: "Kitchen" });
    const rotated = await as.extensions.rotateSecret({ ...acme, extensionId: phone.id });
    await as.extensions.create({ ...acme, number: "202", displayName: "Again" }).catch(() => {});
    const answers = [await as.extensions.list(acme), await as.extensions.get({ ...acme, extensionId: phone.id })];
    const shown = inspect(answers, { depth: 10 });

    const everything = [await everyRow(db), shown, ...written].join("\n");
    expect(everything).toContain("acme-202");
    expect(everything).not.toContain(phone.secretOnce);
    expect(everything).not.toContain(rotated.secretOnce);
    expect(everything).not.toMatch(/secretOnce/);
  });

  test("two at once for one number: one wins", async () => {
    const attempts = await Promise.allSettled(
      Array.from({ length: 5 }, () =>
        on.as("customer").extensions.create({ ...acme, number: "210", displayName: "Race" }),
      ),
    );
    expect(attempts.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const refused = attempts.flatMap((attempt) => (attempt.status === "rejected" ? [attempt.reason.message] : []));
    expect(refused).toEqual(Array(4).fill("number_taken"));
  });

  test("people may write a caller ID as they write numbers", async () => {
    const phone = await on.as("customer").extensions.create({
      ...acme,
      number: "203",
      displayName: "Müller, Empfang",
      callerId: "+49 (30) 123-4567",
      dailyCap: "12.50",
    });
    const [row] = (await on.as("customer").extensions.list(acme)).items.filter(({ id }) => id === phone.id);
    expect(row).toMatchObject({ callerId: "49301234567", dailyCapMicros: 12_500_000n, displayName: "Müller, Empfang" });
  });
});

describe("bad input", () => {
  const good = { ...acme, number: "300", displayName: "Desk" };
  test.each<[string, Record<string, unknown>, string, string | undefined]>([
    ["a dial string as number", { number: "500&PJSIP/trunk" }, "invalid_input", "number"],
    ["a number beginning with 0", { number: "0123" }, "invalid_input", "number"],
    ["a number of one digit", { number: "5" }, "invalid_input", "number"],
    ["a number of seven digits", { number: "1234567" }, "invalid_input", "number"],
    ["a number with a line break", { number: "300\n" }, "invalid_input", "number"],
    ["other people's digits", { number: "٣٠٠" }, "invalid_input", "number"],
    ["a line break in the name", { displayName: "Desk\r\nAction: Originate" }, "invalid_input", "displayName"],
    ["a line feed at the name's end", { displayName: "Desk\n" }, "invalid_input", "displayName"],
    ["a zero byte in the name", { displayName: "De\0sk" }, "invalid_input", "displayName"],
    ["an empty name", { displayName: "  " }, "invalid_input", "displayName"],
    ["a name of 81 characters", { displayName: "x".repeat(81) }, "invalid_input", "displayName"],
    ["a caller ID with letters", { callerId: "+49 30 CALL" }, "invalid_input", "callerId"],
    ["a caller ID beginning with 0", { callerId: "030123456" }, "invalid_input", "callerId"],
    ["a negative cap", { dailyCap: "-1" }, "invalid_input", "dailyCap"],
    ["seven decimals", { dailyCap: "1.0000001" }, "invalid_input", "dailyCap"],
    ["an empty amount", { dailyCap: "" }, "invalid_input", "dailyCap"],
    ["an exponent", { dailyCap: "1e9" }, "invalid_input", "dailyCap"],
    ["half a call at once", { maxCalls: 1.5 }, "invalid_input", "maxCalls"],
    ["the emergency number", { number: "112" }, "emergency_number", undefined],
    ["a number that is taken", { number: "201" }, "number_taken", undefined],
  ])("%s is refused with its code, and nothing is changed", async (_, change, code, field) => {
    const before = await everyRow(db);
    const attempt = on.as("customer").extensions.create({ ...good, ...change });
    const error = await attempt.then(
      () => undefined,
      (refused: { message: string; cause?: unknown }) => refused,
    );
    expect(error?.message).toBe(code);
    if (field) expect(Object.keys(z.flattenError(error?.cause as z.ZodError).fieldErrors)).toEqual([field]);
    expect(await everyRow(db)).toBe(before);
  });
});

describe("changing", () => {
  test("edits what is given and leaves the rest", async () => {
    const as = on.as("customer");
    const { id } = await as.extensions.create({
      ...acme,
      number: "401",
      displayName: "Before",
      callerId: "4930123456",
    });
    await as.extensions.edit({ ...acme, extensionId: id, displayName: "After", callerId: null, dailyCap: "3" });
    expect(await as.extensions.get({ ...acme, extensionId: id })).toMatchObject({
      displayName: "After",
      callerId: null,
      dailyCapMicros: 3_000_000n,
      maxCalls: 2,
    });
  });

  test("a rotated secret replaces the digests and forgets the phone", async () => {
    const as = on.as("customer");
    const { id } = await as.extensions.create({ ...acme, number: "402", displayName: "Rotated" });
    const before = await phoneRow("acme-402");
    await register("acme-402");
    expect((await as.extensions.get({ ...acme, extensionId: id })).registration).toMatchObject({
      userAgent: "Test phone 1.0",
    });

    const { secretOnce } = await as.extensions.rotateSecret({ ...acme, extensionId: id });

    const ha1 = createHash("md5").update(`acme-402:ringfence:${secretOnce}`).digest("hex");
    const after = await phoneRow("acme-402");
    expect(after.password_digest).not.toBe(before.password_digest);
    expect(after.password_digest).toContain(`MD5:${ha1}`);
    expect(await on.sql("SELECT FROM pbx.ps_contacts WHERE endpoint = 'acme-402'")).toEqual([]);
    expect((await as.extensions.get({ ...acme, extensionId: id })).registration).toBeNull();
  });

  test("suspending ends its calls, keeps it registered, and can be repeated and undone", async () => {
    const as = on.as("customer");
    const { id } = await as.extensions.create({ ...acme, number: "403", displayName: "Suspended" });
    await register("acme-403");
    await as.extensions.suspend({ ...acme, extensionId: id });
    await as.extensions.suspend({ ...acme, extensionId: id });
    expect(await as.extensions.get({ ...acme, extensionId: id })).toMatchObject({
      state: "suspended",
      registration: { address: "192.0.2.7:5080" },
    });
    expect(await jobs()).toContainEqual({ job_name: "call.hang_up_of_subject", payload: { subject: "extension", id } });
    await as.extensions.resume({ ...acme, extensionId: id });
    expect((await as.extensions.get({ ...acme, extensionId: id })).state).toBe("active");
    const actions = (await auditOf(`extension:${id}`)).map(({ action }) => action);
    expect(actions).toEqual(["extension.create", "extension.suspend", "extension.suspend", "extension.resume"]);
  });

  test("an echo test is asked for where a phone can ring, and says why where none can", async () => {
    const as = on.as("customer");
    const { id } = await as.extensions.create({ ...acme, number: "407", displayName: "Echo" });
    const call = () => as.extensions.callEcho({ ...acme, extensionId: id });
    await expect(call()).rejects.toMatchObject({ message: "phone_away" });
    await register("acme-407");
    await call();
    const payload = { extensionId: id, untilMs: expect.any(Number) };
    expect(await jobs()).toContainEqual({ job_name: "call.ring_for_echo", payload });
    await as.extensions.suspend({ ...acme, extensionId: id });
    await expect(call()).rejects.toMatchObject({ message: "invalid_state" });
  });

  test("deleting takes every trace out of the telephone system; the number is free again", async () => {
    const as = on.as("customer");
    const { id } = await as.extensions.create({ ...acme, number: "404", displayName: "Deleted" });
    await register("acme-404");
    await as.extensions.delete({ ...acme, extensionId: id });
    for (const table of ["ps_auths", "ps_endpoints", "ps_aors", "ps_contacts"]) {
      expect(await on.sql(`SELECT FROM pbx.${table} WHERE id LIKE 'acme-404%'`)).toEqual([]);
    }
    await expect(as.extensions.get({ ...acme, extensionId: id })).rejects.toMatchObject({ message: "not_found" });
    await expect(as.extensions.delete({ ...acme, extensionId: id })).rejects.toMatchObject({ message: "not_found" });
    await as.extensions.create({ ...acme, number: "404", displayName: "Next" });
  });

  test("another tenant's extension does not exist", async () => {
    const { id } = await on.as("customer").extensions.create({ ...acme, number: "405", displayName: "Mine" });
    const foreign = { tenantSlug: "reseller", extensionId: id };
    const as = on.as("reseller").extensions;
    for (const act of [as.get, as.suspend, as.rotateSecret, as.delete, as.edit]) {
      await expect(act(foreign)).rejects.toMatchObject({ message: "not_found" });
    }
  });
});

describe("connecting a phone", () => {
  test("the next number follows the highest, past what is reserved", async () => {
    expect(await on.as("reseller").extensions.nextNumber({ tenantSlug: "reseller" })).toEqual({ number: "101" });
    await on.as("reseller").extensions.create({ tenantSlug: "reseller", number: "109", displayName: "One" });
    expect(await on.as("reseller").extensions.nextNumber({ tenantSlug: "reseller" })).toEqual({ number: "111" });
  });

  test("shows wrong passwords as they come, then the registration", async () => {
    const as = on.as("customer");
    const { id } = await as.extensions.create({ ...acme, number: "501", displayName: "New phone" });
    const since = new Date(Date.now() - 1_000);
    expect((await as.extensions.connectSteps({ ...acme, extensionId: id, since })).steps).toEqual([
      { at: since, kind: "waiting" },
    ]);

    await on.sql(
      "SELECT security_event_store(now(), 'ChallengeResponseFailed', 'acme-501', '203.0.113.7', 'UDP', '{}')",
    );
    await on.sql(
      "SELECT security_event_store(now(), 'ChallengeResponseFailed', 'acme-999', '203.0.113.8', 'UDP', '{}')",
    );
    await register("acme-501");

    const { steps } = await as.extensions.connectSteps({ ...acme, extensionId: id, since });
    expect(steps.map(({ kind, address }) => [kind, address])).toEqual([
      ["waiting", undefined],
      ["wrong_password", "203.0.113.7"],
      ["registered", "192.0.2.7:5080"],
    ]);
    expect((await as.extensions.get({ ...acme, extensionId: id })).events).toMatchObject([
      { type: "ChallengeResponseFailed" },
    ]);
  });

  test("a registration that ran out is not one", async () => {
    const as = on.as("customer");
    const { id } = await as.extensions.create({ ...acme, number: "502", displayName: "Gone" });
    await register("acme-502", -5);
    expect(await as.extensions.get({ ...acme, extensionId: id })).toMatchObject({
      registration: null,
      lastSeenAt: expect.any(Date),
    });
  });
});
