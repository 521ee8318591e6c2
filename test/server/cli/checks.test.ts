import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";

import { builders } from "@/test/support/builders";
import { callDesk } from "@/test/support/call-desk";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { jsonOf, runCli } from "./run-cli";

let db: TestDatabase;
let make: ReturnType<typeof builders>;
const cli = (...words: string[]) => jsonOf(db.appUrl, words);

beforeAll(async () => {
  db = await createDatabase();
  make = builders(db);
  await cli("operator", "create", "--name", "Operator", "--slug", "operator", "--email", "root@test.example");
  await cli("plan", "create", "--name", "Sell", "--currency", "EUR");
  await cli(
    "rate",
    "set",
    "--plan",
    "Sell",
    "--prefix",
    "49",
    "--per-minute",
    "0.0125",
    "--from",
    "2025-01-01T00:00:00Z",
  );
  await cli("tenant", "create", "--name", "Caller", "--slug", "caller", "--plan", "Sell", "--credit", "5");
  await cli("extension", "create", "--tenant", "caller", "--number", "101", "--name", "Phone");
});
afterAll(() => db.drop());

test("money that is not where it should be is listed with its risk", async () => {
  const move = (micros: number) =>
    make.sql("UPDATE wallet SET posted_micros = posted_micros + $1 WHERE posted_micros > 0", [micros]);
  await move(7);
  expect(await cli("reconcile")).toMatchObject({
    moneyAtRiskMicros: "7",
    moneyAtRiskByCurrency: { EUR: "7" },
    differences: [{ tenant: "caller", kind: "wallet_mismatch", moneyAtRiskMicros: "7" }],
    workers: "away",
  });
  await move(-7);
  expect(await cli("reconcile")).toMatchObject({ moneyAtRiskMicros: "0", differences: [] });
});

test("a call whose end nobody reported is listed with what it holds", async () => {
  const desk = callDesk(db.pool);
  const call = randomUUID();
  const { call_id } = await desk.authorise({ call, endpoint: "caller-101", at: new Date(Date.now() - 3_600_000) });
  expect(await cli("reconcile")).toMatchObject({
    moneyAtRiskMicros: "62500",
    differences: [{ tenant: "caller", kind: "hold_without_channel", subject: call_id }],
  });
  // Once the workers have noted the same thing it is still one.
  await make.sql("SELECT difference_note($1, 'hold_without_channel', $2, 62500, 'EUR', '{}')", [
    (await make.one<{ id: string }>("SELECT id FROM tenant WHERE slug = 'caller'")).id,
    call_id,
  ]);
  expect(await cli("reconcile")).toMatchObject({ moneyAtRiskMicros: "62500", differences: [{ subject: call_id }] });
  await make.sql("SELECT difference_note(NULL, 'hold_without_channel', $1, NULL, NULL, NULL)", [call_id]);
  await desk.settle(call, 0);
  expect(await cli("reconcile")).toMatchObject({ moneyAtRiskMicros: "0" });
});

test("an audit event that was changed behind our back is found", async () => {
  await cli("tenant", "create", "--name", "Forged", "--slug", "forged");
  await cli("destinations", "allow", "--tenant", "forged", "--country", "IT");
  expect(await cli("audit", "verify")).toMatchObject({ ok: true });
  await make.sql(
    "UPDATE audit_event SET subject = 'nothing' WHERE tenant_id = (SELECT id FROM tenant WHERE slug = 'forged') AND seq = 2",
  );
  const { code, out } = await runCli(db.appUrl, ["audit", "verify", "--tenant", "forged", "--json"]);
  expect(code).toBe(1);
  expect(JSON.parse(out)).toMatchObject({ ok: false, noted: true, tenants: [{ tenant: "forged", firstBadSeq: 2 }] });
});

test("what was found is said also where the trail takes no event, as in a copy that is only read", async () => {
  await make.sql("ALTER TABLE audit_event ADD CONSTRAINT closed CHECK (action <> 'audit.verify') NOT VALID");
  const { code, out } = await runCli(db.appUrl, ["audit", "verify", "--tenant", "forged", "--json"]);
  expect(code).toBe(1);
  expect(JSON.parse(out)).toMatchObject({ ok: false, noted: false, tenants: [{ tenant: "forged", firstBadSeq: 2 }] });
  expect(await jsonOf(db.appUrl, ["audit", "verify", "--tenant", "caller"])).toMatchObject({ ok: true, noted: false });
  const { out: said } = await runCli(db.appUrl, ["audit", "verify", "--tenant", "caller"]);
  expect(said).toMatch(/the chains are whole\.\nThat it was verified could not be written into the trail: \S+/);
  await make.sql("ALTER TABLE audit_event DROP CONSTRAINT closed");
});
