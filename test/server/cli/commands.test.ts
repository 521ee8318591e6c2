import { randomUUID } from "node:crypto";
import { userInfo } from "node:os";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { builders } from "@/test/support/builders";
import { callDesk } from "@/test/support/call-desk";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { everyRow } from "@/test/support/stage";
import { jsonOf, runCli } from "./run-cli";

let db: TestDatabase;
let make: ReturnType<typeof builders>;
const cli = (...words: string[]) => jsonOf(db.appUrl, words);

beforeAll(async () => {
  db = await createDatabase();
  make = builders(db);
  await cli("operator", "create", "--name", "Operator", "--slug", "operator", "--email", "root@test.example");
  await cli("plan", "create", "--name", "Buy", "--currency", "EUR");
  await cli("plan", "create", "--name", "Sell", "--currency", "EUR");
  await cli(
    "rate",
    "set",
    "--plan",
    "Buy",
    "--prefix",
    "49",
    "--per-minute",
    "0.006",
    "--from",
    "2025-01-01T00:00:00Z",
  );
  await cli(
    "rate",
    "set",
    "--plan",
    "Sell",
    "--prefix",
    "49",
    "--per-minute",
    "0.0125",
    "--connection-fee",
    "0.03",
    "--from",
    "2025-01-01T00:00:00Z",
  );
});
afterAll(() => db.drop());

describe("an operator's whole day", () => {
  test("tenants, money, phones, a call and its price", async () => {
    const reseller = await cli(
      "tenant",
      "create",
      "--name",
      "Reseller Ltd",
      "--slug",
      "reseller",
      "--plan",
      "Buy",
      "--credit",
      "20.00",
    );
    expect(reseller).toMatchObject({
      slug: "reseller",
      kind: "customer",
      parent: "operator",
      plan: "Buy",
      currency: "EUR",
      creditMicros: "20000000",
    });
    expect(await cli("balance", "--tenant", "reseller")).toEqual({
      currency: "EUR",
      postedMicros: "20000000",
      heldMicros: "0",
      availableMicros: "20000000",
    });

    // Credit of a tenant below a reseller comes out of the reseller's own; having one below makes it a reseller.
    await cli(
      "tenant",
      "create",
      "--name",
      "Acme",
      "--slug",
      "acme",
      "--parent",
      "reseller",
      "--plan",
      "Sell",
      "--credit",
      "5",
    );
    expect((await cli("balance", "--tenant", "reseller")).postedMicros).toBe("15000000");
    const tenants = await cli("tenant", "list");
    expect(tenants.map((row: { slug: string; kind: string }) => [row.slug, row.kind])).toEqual([
      ["acme", "customer"],
      ["reseller", "reseller"],
      ["operator", "operator"],
    ]);

    const phone = await cli("extension", "create", "--tenant", "acme", "--number", "101", "--name", "Front desk");
    expect(phone).toEqual({
      id: expect.any(String),
      number: "101",
      sipUsername: "acme-101",
      secret: expect.stringMatching(/^[a-hjkmnp-z2-9]{26}$/),
      sipDomain: "127.0.0.1",
      sipPort: 5060,
      transport: "udp",
    });

    const desk = callDesk(db.pool);
    const call = randomUUID();
    const started = new Date(Date.now() - 60_000);
    await desk.authorise({ call, endpoint: "acme-101", at: started });
    expect(await cli("live")).toMatchObject([
      { tenant: "acme", from: "101", state: "ringing", heldMicros: expect.stringMatching(/^\d+$/) },
    ]);
    await desk.answered(call, started);
    await desk.settle(call, 47_000);
    expect(await cli("live")).toEqual([]);
    await desk.authorise({ call: randomUUID(), endpoint: "acme-101", e164: "33123456789", country: "FR" });

    const [refused, answered, ...more] = await cli("calls", "--tenant", "acme");
    expect(more).toEqual([]);
    expect(refused).toMatchObject({ outcome: "blocked", reason: "DST-01", costMicros: "0" });
    expect(answered).toMatchObject({
      from: "101",
      to: "+493012345678",
      startedAt: started.toISOString(),
      talkMs: 47_000,
      billedSeconds: 60,
      costMicros: "42500",
      outcome: "answered",
      reason: null,
    });
    expect(answered.trace[0]).toEqual({ gate: "tenant", ok: true, value: "active", limit: "active" });
    expect(await cli("calls", "--tenant", "acme", "--limit", "1")).toEqual([refused]);

    expect(await cli("ledger", "--tenant", "acme")).toMatchObject([
      { kind: "charge", amountMicros: "-42500", balanceAfterMicros: "4957500", callId: answered.id },
      { kind: "transfer", amountMicros: "5000000", balanceAfterMicros: "5000000" },
    ]);
    expect(await cli("reconcile")).toMatchObject({ differences: [], moneyAtRiskMicros: "0" });
    expect(await cli("audit", "verify")).toMatchObject({ ok: true });
  });

  test("a price with its arithmetic", async () => {
    expect(await cli("price", "--plan", "Sell", "--to", "+4930123456", "--ms", "61001")).toEqual({
      prefix: "49",
      billedSeconds: 66,
      costMicros: "43750",
      steps: expect.arrayContaining([{ label: "Cost", value: "0.043750" }]),
    });
    await expect(
      cli("price", "--plan", "Sell", "--to", "+4930123456", "--ms", "1", "--at", "2024-12-31T00:00:00Z"),
    ).rejects.toThrow("no_rate");
  });

  test("a top-up twice with one key is one top-up", async () => {
    await cli("tenant", "create", "--name", "Topped", "--slug", "topped");
    const once = () => cli("topup", "--tenant", "topped", "--amount", "12.345678", "--key", "bank-1");
    const first = await once();
    expect(first).toMatchObject({ amountMicros: "12345678", availableMicros: "12345678", currency: "EUR" });
    expect(await once()).toEqual(first);
    await expect(cli("topup", "--tenant", "topped", "--amount", "1", "--key", "bank-1")).rejects.toThrow(
      "posting_key_reused",
    );
    expect((await cli("balance", "--tenant", "topped")).postedMicros).toBe("12345678");
  });

  test("extensions are suspended, resumed, rotated and deleted by number", async () => {
    await cli("tenant", "create", "--name", "Phones", "--slug", "phones");
    const of = ["--tenant", "phones", "--number", "201"];
    const made = await cli(
      "extension",
      "create",
      ...of,
      "--name",
      "Desk",
      "--caller-id",
      "+49 30 123456",
      "--daily-cap",
      "5",
    );
    expect(await cli("extension", "suspend", ...of)).toMatchObject({ number: "201", state: "suspended" });
    expect(await cli("extension", "list", "--tenant", "phones")).toMatchObject([
      {
        id: made.id,
        number: "201",
        state: "suspended",
        callerId: "4930123456",
        dailyCapMicros: "5000000",
        registered: false,
      },
    ]);
    expect(await cli("extension", "resume", ...of)).toMatchObject({ state: "active" });
    const rotated = await cli("extension", "rotate", ...of);
    expect(rotated).toMatchObject({ id: made.id, sipUsername: "phones-201" });
    expect(rotated.secret).not.toBe(made.secret);
    expect(await cli("extension", "delete", ...of)).toMatchObject({ state: "deleted" });
    expect(await cli("extension", "list", "--tenant", "phones")).toEqual([]);
    await expect(cli("extension", "suspend", ...of)).rejects.toThrow("not_found");
    const dump = await everyRow(db);
    expect(dump).not.toContain(made.secret);
    expect(dump).not.toContain(rotated.secret);
  });

  test("countries are opened and closed", async () => {
    await cli("tenant", "create", "--name", "Paris", "--slug", "paris", "--country", "FR");
    const open = async () =>
      (await cli("destinations", "list", "--tenant", "paris")).map((row: { country: string }) => row.country);
    expect(await open()).toEqual(["FR"]);
    await cli("destinations", "allow", "--tenant", "paris", "--country", "de");
    expect(await open()).toEqual(["FR", "DE"]);
    await cli("destinations", "deny", "--tenant", "paris", "--country", "FR");
    expect(await open()).toEqual(["DE"]);
  });

  test("a person gets a link that is nowhere else", async () => {
    const { link, email, role } = await cli(
      "user",
      "create",
      "--tenant",
      "paris",
      "--email",
      "Ann@Test.Example",
      "--role",
      "owner",
    );
    expect([email, role]).toEqual(["ann@test.example", "owner"]);
    expect(link).toMatch(/^http:\/\/127\.0\.0\.1:3000\/invitation#[\w-]{43}$/);
    expect(await everyRow(db)).not.toContain(link.split("#")[1]);
  });

  test("hanging up a call asks the workers and waits for its end", async () => {
    await cli("tenant", "create", "--name", "Caller", "--slug", "caller", "--plan", "Sell", "--credit", "5");
    await cli("extension", "create", "--tenant", "caller", "--number", "101", "--name", "Phone");
    const desk = callDesk(db.pool);
    const call = randomUUID();
    const { call_id } = await desk.authorise({ call, endpoint: "caller-101" });
    const asked = cli("hangup", call);
    // What the workers do when the request is there.
    const request = () => make.sql("SELECT payload FROM outbox_job WHERE payload->>'id' = $1", [call_id]);
    await expect.poll(request, { timeout: 10_000 }).toEqual([{ payload: { subject: "call", id: call_id } }]);
    await desk.settle(call, 0);
    expect(await asked).toEqual({ id: call_id, ended: true });
    await expect(cli("hangup", call)).rejects.toThrow("invalid_state");
    await expect(cli("hangup", "no-such-call")).rejects.toThrow("not_found");
  });

  test("every change is in the trail, by the account that ran it, for the operator", async () => {
    const rows = await make.sql<{ actor_kind: string; actor_id: string; acting: string | null }>(
      `SELECT DISTINCT a.actor_kind, a.actor_id, o.slug AS acting FROM audit_event a LEFT JOIN tenant o ON o.id = a.acting_tenant_id
       JOIN tenant t ON t.id = a.tenant_id AND t.slug = 'phones'`,
    );
    expect(rows).toEqual([{ actor_kind: "cli", actor_id: userInfo().username, acting: "operator" }]);
    const actions = await make.sql<{ action: string }>(
      "SELECT a.action FROM audit_event a JOIN tenant t ON t.id = a.tenant_id AND t.slug = 'phones' ORDER BY a.seq",
    );
    expect(actions.map(({ action }) => action)).toEqual([
      "tenant.create",
      "extension.create",
      "extension.suspend",
      "extension.resume",
      "extension.rotate_secret",
      "extension.delete",
    ]);
  });

  test("money that is not where it should be is listed with its risk", async () => {
    await make.sql(
      "UPDATE wallet SET posted_micros = posted_micros + 7 WHERE tenant_id = (SELECT id FROM tenant WHERE slug = 'topped')",
    );
    const found = await cli("reconcile");
    expect(found).toMatchObject({
      moneyAtRiskMicros: "7",
      differences: [{ tenant: "topped", kind: "wallet_mismatch", moneyAtRiskMicros: "7" }],
    });
    await make.sql(
      "UPDATE wallet SET posted_micros = posted_micros - 7 WHERE tenant_id = (SELECT id FROM tenant WHERE slug = 'topped')",
    );

    const desk = callDesk(db.pool);
    const call = randomUUID();
    await desk.authorise({ call, endpoint: "caller-101", at: new Date(Date.now() - 3_600_000) });
    expect(await cli("reconcile")).toMatchObject({
      moneyAtRiskMicros: "92500",
      differences: [{ tenant: "caller", kind: "hold_without_channel" }],
    });
    await desk.settle(call, 0);
    expect(await cli("reconcile")).toMatchObject({ moneyAtRiskMicros: "0" });
  });

  test("an audit event that was changed behind our back is found", async () => {
    await cli("tenant", "create", "--name", "Forged", "--slug", "forged");
    await cli("destinations", "allow", "--tenant", "forged", "--country", "IT");
    await make.sql(
      "UPDATE audit_event SET subject = 'nothing' WHERE tenant_id = (SELECT id FROM tenant WHERE slug = 'forged') AND seq = 2",
    );
    const { code, out } = await runCli(db.appUrl, ["audit", "verify", "--tenant", "forged", "--json"]);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ ok: false, tenants: [{ tenant: "forged", firstBadSeq: 2 }] });
  });
});

describe("bad input", () => {
  beforeAll(async () => {
    await cli("tenant", "create", "--name", "Bad", "--slug", "bad", "--plan", "Sell", "--credit", "1");
    await cli("extension", "create", "--tenant", "bad", "--number", "101", "--name", "Taken");
    await cli("plan", "create", "--name", "Dollars", "--currency", "USD");
  });

  const tenant = ["tenant", "create", "--name", "New", "--slug", "brand-new"];
  const extension = ["extension", "create", "--tenant", "bad", "--name", "Desk"];
  const topup = ["topup", "--tenant", "bad", "--key", "k", "--amount"];
  test.each<[string, string[], string, RegExp]>([
    ["a dial string as number", [...extension, "--number", "500&PJSIP/trunk"], "invalid_input", /--number/],
    [
      "a line break in a name",
      ["extension", "create", "--tenant", "bad", "--number", "102", "--name", "Desk\r\nAction: Originate"],
      "invalid_input",
      /--name/,
    ],
    ["an emergency number", [...extension, "--number", "112"], "emergency_number", /emergency/],
    ["a number that is taken", [...extension, "--number", "101"], "number_taken", /already in use/],
    [
      "a short name of 70 characters",
      ["tenant", "create", "--name", "Long", "--slug", "a".repeat(70)],
      "invalid_input",
      /--slug/,
    ],
    [
      "a short name with a quote",
      ["tenant", "create", "--name", "Quote", "--slug", "a'b;--"],
      "invalid_input",
      /--slug/,
    ],
    [
      "a short name that is taken",
      ["tenant", "create", "--name", "Taken", "--slug", "bad"],
      "slug_taken",
      /short name/,
    ],
    ["a parent that is not there", [...tenant, "--parent", "nobody"], "not_below", /./],
    ["a plan that is not there", [...tenant, "--plan", "Nothing"], "not_found", /no plan called "Nothing"/],
    ["a plan in another currency", [...tenant, "--plan", "Dollars"], "currency_mismatch", /currenc/],
    ["an unknown currency", [...tenant, "--currency", "EUX"], "invalid_input", /--currency/],
    ["an unknown country", [...tenant, "--country", "ZZ"], "invalid_input", /country/],
    ["an unknown time zone", [...tenant, "--time-zone", "Mars/Base"], "invalid_input", /--time-zone/],
    [
      "credit that the parent does not have",
      [...tenant, "--parent", "bad", "--credit", "2"],
      "insufficient_funds",
      /credit/,
    ],
    ["a negative credit", [...tenant, "--credit", "-2"], "invalid_input", /--credit: .*negative/],
    ["a negative amount", [...topup, "-5"], "invalid_input", /--amount: .*negative/],
    ["seven decimals", [...topup, "1.0000001"], "invalid_input", /--amount: .*six decimals/],
    ["an empty amount", [...topup, ""], "invalid_input", /--amount: .*required/],
    ["an exponent", [...topup, "1e9"], "invalid_input", /--amount/],
    ["nothing", [...topup, "0"], "invalid_input", /--amount/],
    ["a currency the wallet does not have", [...topup, "1", "--currency", "USD"], "currency_mismatch", /currenc/],
    ["no key", ["topup", "--tenant", "bad", "--amount", "1"], "invalid_input", /--key is required/],
    ["a tenant that is not there", ["balance", "--tenant", "nobody"], "not_below", /./],
    [
      "a prefix with letters",
      ["rate", "set", "--plan", "Sell", "--prefix", "49x", "--per-minute", "1"],
      "invalid_input",
      /--prefix/,
    ],
    [
      "a negative price",
      ["rate", "set", "--plan", "Sell", "--prefix", "44", "--per-minute", "-1"],
      "invalid_input",
      /--per-minute/,
    ],
    [
      "a period that is taken",
      ["rate", "set", "--plan", "Sell", "--prefix", "49", "--per-minute", "1", "--from", "2026-01-01T00:00:00Z"],
      "rate_overlap",
      /period/,
    ],
    ["a plan's name again", ["plan", "create", "--name", "Sell", "--currency", "EUR"], "plan_taken", /name/],
    [
      "a plan of another currency",
      ["plan", "assign", "--tenant", "bad", "--plan", "Dollars"],
      "currency_mismatch",
      /currenc/,
    ],
    ["the operator as a buyer", ["plan", "assign", "--tenant", "operator", "--plan", "Sell"], "not_found", /no plan/],
    [
      "a role of the operator's",
      ["user", "create", "--tenant", "bad", "--email", "a@b.example", "--role", "auditor"],
      "invalid_input",
      /--role/,
    ],
    [
      "no e-mail address",
      ["user", "create", "--tenant", "bad", "--email", "nobody", "--role", "owner"],
      "invalid_input",
      /--email/,
    ],
    ["no whole number of rows", ["calls", "--tenant", "bad", "--limit", "1.5"], "invalid_input", /--limit/],
    ["an option nobody knows", ["balance", "--tenant", "bad", "--force"], "invalid_input", /--force/],
    ["an option twice", ["balance", "--tenant", "bad", "--tenant", "bad"], "invalid_input", /twice/],
    ["a word too many", ["balance", "--tenant", "bad", "now"], "invalid_input", /now/],
    ["no call to end", ["hangup"], "invalid_input", /<call>/],
    ["no such command", ["tenant", "destroy"], "invalid_input", /tenant destroy/],
    [
      "a second operator",
      ["operator", "create", "--name", "Two", "--slug", "two", "--email", "a@b.example"],
      "invalid_state",
      /already/,
    ],
  ])("%s is refused with its code, and nothing is changed", async (_, words, code, message) => {
    const before = await everyRow(db);
    const ran = await runCli(db.appUrl, [...words, "--json"]);
    expect(JSON.parse(ran.out)).toEqual({ error: { code, message: expect.stringMatching(message) } });
    expect(ran.code).not.toBe(0);
    expect(ran.err).toBe("");
    expect(await everyRow(db)).toBe(before);
  });
});

describe("what people read", () => {
  test("a list is a table, one thing is lines, a refusal is a sentence on the error stream", async () => {
    const list = await runCli(db.appUrl, ["tenant", "list"]);
    expect(list.out.split("\n")[0]).toMatch(/^slug +name +kind +state +parent +plan +currency +availableMicros/);
    expect(list.out).toMatch(/^bad +Bad .* 1\.000000 /m);
    const balance = await runCli(db.appUrl, ["balance", "--tenant", "bad"]);
    expect(balance.out).toMatch(/^availableMicros +1\.000000$/m);
    const refused = await runCli(db.appUrl, ["balance", "--tenant", "nobody"]);
    expect(refused).toMatchObject({ code: 1, out: "", err: "That tenant is not below yours.\n" });
  });

  test("each command has help that names its options", async () => {
    const overview = await runCli(undefined, ["--help"]);
    const names = [...overview.out.matchAll(/^ {2}([a-z]+(?: [a-z]+)?) {2,}/gm)].map(([, name]) => name ?? "");
    expect(names.length).toBeGreaterThan(20);
    for (const name of names) {
      const help = await runCli(undefined, [...name.split(" "), "--help"]);
      expect(help).toMatchObject({ code: 0, err: "" });
      expect(help.out).toMatch(new RegExp(`^ringfence ${name}[\\s\\S]*--json`));
    }
  });
});
