import { randomUUID } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { builders } from "@/test/support/builders";
import { callDesk } from "@/test/support/call-desk";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { everyRow } from "@/test/support/stage";
import { jsonOf } from "./run-cli";

let db: TestDatabase;
let make: ReturnType<typeof builders>;
const cli = (...words: string[]) => jsonOf(db.appUrl, words);
const thing = (...words: string[]) => jsonOf<Record<string, string>>(db.appUrl, words);
const list = (...words: string[]) => jsonOf<Record<string, string>[]>(db.appUrl, words);

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
    expect((await thing("balance", "--tenant", "reseller")).postedMicros).toBe("15000000");
    const tenants = await list("tenant", "list");
    expect(tenants.map((row) => [row["slug"], row["kind"]])).toEqual([
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

    const [refused, answered, ...more] = await list("calls", "--tenant", "acme");
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
    expect(answered?.["trace"]?.[0]).toEqual({ gate: "tenant", ok: true, value: "active", limit: "active" });
    expect(await cli("calls", "--tenant", "acme", "--limit", "1")).toEqual([refused]);
    expect(await cli("calls", "--tenant", "acme", "--order", "oldest", "--limit", "1")).toEqual([answered]);

    expect(await cli("ledger", "--tenant", "acme")).toMatchObject([
      { kind: "charge", amountMicros: "-42500", balanceAfterMicros: "4957500", callId: answered?.["id"] },
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
    expect((await thing("balance", "--tenant", "topped")).postedMicros).toBe("12345678");
  });

  test("extensions are suspended, resumed, rotated and deleted by number", async () => {
    await cli("tenant", "create", "--name", "Phones", "--slug", "phones");
    const of = ["--tenant", "phones", "--number", "201"];
    const made = await thing(
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
        id: made["id"],
        number: "201",
        state: "suspended",
        callerId: "4930123456",
        dailyCapMicros: "5000000",
        registered: false,
      },
    ]);
    expect(await cli("extension", "resume", ...of)).toMatchObject({ state: "active" });
    const rotated = await thing("extension", "rotate", ...of);
    expect(rotated).toMatchObject({ id: made["id"], sipUsername: "phones-201" });
    expect(rotated["secret"]).not.toBe(made["secret"]);
    expect(await cli("extension", "delete", ...of)).toMatchObject({ state: "deleted" });
    expect(await cli("extension", "list", "--tenant", "phones")).toEqual([]);
    await expect(cli("extension", "suspend", ...of)).rejects.toThrow("not_found");
    const dump = await everyRow(db);
    expect(dump).not.toContain(made["secret"]);
    expect(dump).not.toContain(rotated["secret"]);
  });

  test("countries are opened and closed", async () => {
    await cli("tenant", "create", "--name", "Paris", "--slug", "paris", "--country", "FR");
    const open = async () => (await list("destinations", "list", "--tenant", "paris")).map((row) => row["country"]);
    expect(await open()).toEqual(["FR"]);
    await cli("destinations", "allow", "--tenant", "paris", "--country", "de");
    expect(await open()).toEqual(["FR", "DE"]);
    await cli("destinations", "deny", "--tenant", "paris", "--country", "FR");
    expect(await open()).toEqual(["DE"]);
    const numbers = ["--country", "DE", "--numbers", "special"];
    expect(await thing("destinations", "allow", "--tenant", "paris", ...numbers)).toEqual({
      ...{ tenant: "paris", country: "DE", open: true, numbers: "normal special", for: "own" },
    });
    expect(await thing("destinations", "allow", "--tenant", "paris", "--country", "XS")).toMatchObject({
      numbers: "special",
    });
    await expect(cli("destinations", "deny", "--tenant", "paris", ...numbers, "--below")).rejects.toThrow(
      "invalid_state",
    );
    await expect(cli("destinations", "deny", "--tenant", "paris", ...numbers.with(3, "dear"))).rejects.toThrow(
      "numbers",
    );
  });

  test("the list of ranges that fraud is fond of is replaced by a file", async () => {
    const file = path.join(mkdtempSync(path.join(tmpdir(), "ringfence-ranges-")), "ranges.csv");
    const held = await list("destinations", "ranges");
    writeFileSync(file, "3519,PT\n");
    await expect(cli("destinations", "import-ranges", file)).rejects.toThrow("invalid_input");
    expect(await list("destinations", "ranges")).toEqual(held);
    writeFileSync(file, "3519,PT,Rented out\n");
    expect(await thing("destinations", "import-ranges", file)).toEqual({ ranges: 1, added: 1, removed: held.length });
  });

  test("a person gets a link that is nowhere else", async () => {
    const { link, email, role } = await thing(
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
    expect(await everyRow(db)).not.toContain(link?.split("#")[1]);
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
    await expect.poll(request).toEqual([{ payload: { subject: "call", id: call_id } }]);
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
});
