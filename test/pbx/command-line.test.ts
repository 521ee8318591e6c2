import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

import { SipPhone } from "@/server/embedded/sip-phone";
import { type Stack, startStack } from "@/server/embedded/stack";
import { runCliIn } from "@/test/server/cli/run-cli";
import { PATIENT } from "@/test/support/patient";
import { pause, until } from "@/test/support/pbx-lane";

/** The main job without a page: an operator's script makes a tenant, a price and a phone, the phone calls, the money is right. */
let stack: Stack;
const dataDir = mkdtempSync(path.join(tmpdir(), "ringfence-cli-"));
const phones: SipPhone[] = [];
beforeAll(async () => {
  stack = await startStack({
    dataDir,
    web: false,
    ports: { web: 0, callControl: 0, sip: 0, ami: 0, postgres: 0, redis: 0 },
    postgresSettings: { fsync: "off", synchronous_commit: "off" },
    env: {
      ...PATIENT,
      RINGFENCE_CACHE: path.resolve(".data/cache"),
      DEMO_DATA: "off",
      DEMO_TRAFFIC: "off",
      LOG_LEVEL: "warn",
    },
  });
});
afterAll(async () => {
  await Promise.all(phones.map((phone) => phone.close().catch(() => {})));
  await stack?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

async function answer(args: readonly string[]): Promise<{ code: number; value: unknown }> {
  const { code, out } = await runCliIn({ DATA_DIR: dataDir }, [...args, "--json"]);
  return { code, value: JSON.parse(out) };
}
async function ringfence<T>(...args: string[]): Promise<T> {
  const { code, value } = await answer(args);
  if (code !== 0) throw new Error(JSON.stringify(value));
  return value as T;
}
async function refusal(...args: string[]): Promise<string> {
  const { code, value } = await answer(args);
  return code === 0 ? "none" : (value as { error: { code: string } }).error.code;
}

type Phone = { sipUsername: string; secret: string; sipPort: number };
async function open(made: Phone): Promise<SipPhone> {
  const phone = await SipPhone.open({
    username: made.sipUsername,
    secret: made.secret,
    server: { host: "127.0.0.1", port: made.sipPort },
  });
  phones.push(phone);
  return phone;
}

test("a script sells a phone call from nothing to the ledger", async () => {
  await ringfence("plan", "create", "--name", "Home", "--currency", "EUR");
  await ringfence(
    "rate",
    "set",
    "--plan",
    "Home",
    "--prefix",
    "49",
    "--per-minute",
    "0.0125",
    "--connection-fee",
    "0.03",
    "--first",
    "30",
    "--next",
    "6",
  );
  await ringfence("tenant", "create", "--name", "Acme Ltd", "--slug", "acme", "--plan", "Home", "--credit", "10.00");
  const made = await ringfence<Phone>(
    "extension",
    "create",
    "--tenant",
    "acme",
    "--number",
    "101",
    "--name",
    "Reception",
  );
  expect(made.secret.length).toBeGreaterThanOrEqual(24);
  expect(await ringfence("balance", "--tenant", "acme")).toEqual({
    currency: "EUR",
    postedMicros: "10000000",
    heldMicros: "0",
    availableMicros: "10000000",
  });
  expect(await ringfence("price", "--plan", "Home", "--to", "+4930901820", "--ms", "31000")).toMatchObject({
    prefix: "49",
    billedSeconds: 36,
    costMicros: "37500",
  });

  const phone = await open(made);
  await phone.register();
  const call = await phone.call("030901820");
  await call.answered;
  const live = await until(async () => {
    const calls = await ringfence<{ id: string }[]>("live");
    return calls.length === 1 && calls;
  });
  expect((await ringfence<{ heldMicros: string }>("balance", "--tenant", "acme")).heldMicros).not.toBe("0");
  await ringfence("hangup", live[0]?.id ?? "");
  expect((await call.ended).side).toBe("them");

  const [record] = await until<Record<string, unknown>[]>(async () => {
    const calls = await ringfence<Record<string, unknown>[]>("calls", "--tenant", "acme");
    return calls[0]?.["endedAt"] ? calls : undefined;
  });
  // Thirty seconds, unless the machine was so slow that the call was longer: then six more each.
  const billedSeconds = Number(record?.["billedSeconds"]);
  expect([billedSeconds >= 30, billedSeconds % 6]).toEqual([true, 0]);
  const cost = 30_000 + (billedSeconds * 12_500) / 60;
  expect(record).toMatchObject({ from: "101", to: "+4930901820", outcome: "answered", costMicros: String(cost) });
  const left = String(10_000_000 - cost);
  expect(await ringfence("balance", "--tenant", "acme")).toMatchObject({ postedMicros: left, heldMicros: "0" });
  const ledger = await ringfence<{ kind: string; amountMicros: string; balanceAfterMicros: string }[]>(
    "ledger",
    "--tenant",
    "acme",
  );
  expect(ledger.map((entry) => [entry.kind, entry.amountMicros, entry.balanceAfterMicros])).toEqual([
    ["charge", String(-cost), left],
    ["top_up", "10000000", "10000000"],
  ]);
  expect(await ringfence("reconcile")).toMatchObject({ differences: [], moneyAtRiskMicros: "0" });
  expect(await ringfence("audit", "verify")).toMatchObject({ ok: true });
});

test("a country opens and closes, an extension is suspended, resumed, rotated and deleted from a script", async () => {
  await ringfence("rate", "set", "--plan", "Home", "--prefix", "44", "--per-minute", "0.02");
  const made = await ringfence<Phone & { id: string }>(
    "extension",
    "create",
    "--tenant",
    "acme",
    "--number",
    "102",
    "--name",
    "Desk",
  );
  const phone = await open(made);
  const codeOf = async (dialled: string) => (await (await phone.call(dialled)).ended).sipCode;
  expect(await codeOf("00442071234567")).toBe(403);
  expect((await ringfence<{ reason: string }[]>("calls", "--tenant", "acme", "--limit", "1"))[0]?.reason).toBe(
    "DST-01",
  );
  await ringfence("destinations", "allow", "--tenant", "acme", "--country", "GB");
  const call = await phone.call("00442071234567");
  await call.answered;
  // A premium number of the same country is not opened with it.
  const premium = "00449098790000";
  expect(await codeOf(premium)).toBe(403);
  const [refused] = await ringfence<{ reason: string; trace?: unknown }[]>("calls", "--tenant", "acme", "--limit", "1");
  expect(refused).toMatchObject({ reason: "DST-02" });
  const special = ["--country", "GB", "--numbers", "special"];
  await ringfence("destinations", "allow", "--tenant", "acme", ...special);
  const dear = await phone.call(premium);
  await dear.answered;
  dear.hangUp();
  await dear.ended;
  await ringfence("extension", "suspend", "--tenant", "acme", "--number", "102");
  expect((await call.ended).side).toBe("them");
  expect(await codeOf("00442071234567")).toBe(403);
  await ringfence("extension", "resume", "--tenant", "acme", "--number", "102");
  const fresh = await ringfence<Phone>("extension", "rotate", "--tenant", "acme", "--number", "102");
  await expect(phone.register()).rejects.toMatchObject({ sipCode: 401 });
  await (await open({ ...made, secret: fresh.secret })).register();
  await ringfence("extension", "delete", "--tenant", "acme", "--number", "102");
  await pause(100);
  await expect((await open({ ...made, secret: fresh.secret })).register()).rejects.toMatchObject({ sipCode: 401 });
});

test("bad input is refused with its code and changes nothing", async () => {
  const before = await ringfence("ledger", "--tenant", "acme");
  expect(await refusal("tenant", "create", "--name", "Long", "--slug", "a".repeat(70))).toBe("invalid_input");
  expect(await refusal("tenant", "create", "--name", "Again", "--slug", "acme")).toBe("slug_taken");
  expect(await refusal("topup", "--tenant", "acme", "--amount", "-5", "--key", "x")).toBe("invalid_input");
  expect(await refusal("topup", "--tenant", "acme", "--amount", "1.0000001", "--key", "x")).toBe("invalid_input");
  expect(await refusal("extension", "create", "--tenant", "acme", "--number", "101", "--name", "Taken")).toBe(
    "number_taken",
  );
  expect(
    await refusal("extension", "create", "--tenant", "acme", "--number", "500&PJSIP/trunk", "--name", "Evil"),
  ).toBe("invalid_input");
  expect(await refusal("extension", "create", "--tenant", "acme", "--number", "103", "--name", "two\r\nlines")).toBe(
    "invalid_input",
  );
  expect(await refusal("balance", "--tenant", "nobody")).toBe("not_found");
  expect(await ringfence("ledger", "--tenant", "acme")).toEqual(before);
});

test("a top-up with the same key counts once", async () => {
  await ringfence("topup", "--tenant", "acme", "--amount", "5.00", "--key", "invoice-1");
  const once = await ringfence("balance", "--tenant", "acme");
  await ringfence("topup", "--tenant", "acme", "--amount", "5.00", "--key", "invoice-1");
  expect(await ringfence("balance", "--tenant", "acme")).toEqual(once);
  expect(await refusal("topup", "--tenant", "acme", "--amount", "6.00", "--key", "invoice-1")).toBe(
    "posting_key_reused",
  );
});

test("doctor finds every part well, and says so part by part", async () => {
  const parts = await ringfence<{ part: string; ok: boolean }[]>("doctor");
  expect(parts.length).toBeGreaterThan(4);
  expect(parts.filter((part) => !part.ok)).toEqual([]);
});
