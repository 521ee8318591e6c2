import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";

import { change } from "@/server/domain/audit/change";
import { allowListOf, setAllowList, wouldCutOff } from "@/server/domain/blocks/allow-list";
import { allowListSchema } from "@/server/domain/blocks/block.schema";
import { blockNumber, listNumberBlocks, unblockNumber } from "@/server/domain/blocks/number-blocks";
import { readTenant } from "@/server/infra/db/read-tenant";
import type { TenantWrite } from "@/server/infra/db/tenant-tx";
import type { ExtensionId, TenantId } from "@/server/kernel/ids";
import { builders, type Phone, type Tenancy } from "@/test/support/builders";
import { callDesk } from "@/test/support/call-desk";
import { createDatabase, type TestDatabase } from "@/test/support/database";

let db: TestDatabase;
let make: ReturnType<typeof builders>;
let desk: ReturnType<typeof callDesk>;
let operator: Tenancy;
let reseller: Tenancy;
let customer: Tenancy;
let sibling: Tenancy;
let phone: Phone;
let theirs: Phone;
beforeAll(async () => {
  db = await createDatabase();
  make = builders(db);
  desk = callDesk(db.pool);
  operator = await make.tenant("operator");
  reseller = await make.tenant("reseller", operator);
  customer = await make.tenant("customer", reseller);
  sibling = await make.tenant("customer", operator);
  const rate = { "49": { perMinute: 60_000n, first: 1, next: 1 } };
  await make.assign(reseller, await make.plan(operator, rate));
  await make.assign(sibling, await make.plan(operator, rate));
  await make.assign(customer, await make.plan(reseller, rate));
  for (const one of [reseller, customer, sibling]) await make.topUp(one, 10_000_000n);
  phone = await make.phone(customer);
  theirs = await make.phone(sibling);
});
afterAll(() => db.drop());

const as = <T>(of: Tenancy, work: (tx: TenantWrite, id: TenantId) => Promise<T>) => {
  const tenantId = of.tenantId as TenantId;
  const actor = { kind: "cli", id: "test", requestId: "r" } as const;
  return change(db.app, { tenantId, actor, action: "block.number" }, async (tx) => ({
    subject: "block:test",
    result: await work(tx, tenantId),
  }));
};
const block = (of: Tenancy, digits: string, exact = false) =>
  as(of, (tx, id) => blockNumber(tx, id, { digits, exact, note: "", by: "cli:test" }));
const dial = async (of: Phone, e164: string) =>
  (await desk.authorise({ call: randomUUID(), endpoint: of.endpoint, e164 })).code;

test("a blocked range is not called by its tenant and by those below, and by nobody else", async () => {
  expect(await dial(phone, "493012345678")).toBe("");
  const { id } = await block(reseller, "4930");
  expect(await dial(phone, "493012345678")).toBe("DST-05");
  expect(await dial(phone, "494012345678")).toBe("");
  expect(await dial(theirs, "493012345678")).toBe("");
  const record = await make.one<{ trace: { gate: string; passed: boolean }[] }>(
    "SELECT trace FROM call WHERE tenant_id = $1 AND reason = 'DST-05' LIMIT 1",
    [customer.tenantId],
  );
  expect(record.trace.at(-1)).toMatchObject({ gate: "block" });
  // Who has it from above can neither see nor lift it.
  await expect(as(customer, (tx, tenantId) => unblockNumber(tx, tenantId, id))).rejects.toMatchObject({
    code: "not_found",
  });
  await as(reseller, (tx, tenantId) => unblockNumber(tx, tenantId, id));
  expect(await dial(phone, "493012345678")).toBe("");
});

test("an exact block is that number alone, a repeat changes nothing, and two at once make one", async () => {
  const done = await Promise.all(Array.from({ length: 5 }, () => block(operator, "493099", true)));
  expect(new Set(done.map(({ id }) => id)).size).toBe(1);
  expect(done.filter(({ added }) => added)).toHaveLength(1);
  expect(await dial(phone, "493099")).toBe("DST-05");
  expect(await dial(phone, "4930991")).toBe("");
  expect(await dial(theirs, "493099")).toBe("DST-05");
  const own = await readTenant(db.app, { tenantId: customer.tenantId as TenantId }, (tx) =>
    listNumberBlocks(tx, customer.tenantId as TenantId),
  );
  expect(own).toEqual([]);
});

test("an emergency call passes every block", async () => {
  await block(operator, "1");
  const verdict = await desk.authorise({
    call: randomUUID(),
    endpoint: phone.endpoint,
    dialled: "112",
    e164: "112",
    kind: "emergency",
  });
  expect(verdict.kind).toBe("emergency");
});

const allow = (networks: readonly string[], more: { cutOff?: boolean; of?: Tenancy } = {}) =>
  as(more.of ?? customer, (tx, id) =>
    setAllowList(tx, id, { extensionId: phone.extensionId as ExtensionId, networks, cutOff: more.cutOff ?? false }),
  );
const atPbx = () =>
  make.one<{ deny: string | null; permit: string | null }>("SELECT deny, permit FROM pbx.ps_endpoints WHERE id = $1", [
    phone.endpoint,
  ]);

test("an allow-list reaches the PBX whole, asks before it cuts a phone off, and an empty one lets everybody in again", async () => {
  await make.sql("INSERT INTO pbx.ps_endpoints (id) VALUES ($1) ON CONFLICT DO NOTHING", [phone.endpoint]);
  await make.sql(
    "INSERT INTO pbx.ps_contacts (id, uri, endpoint, expiration_time) VALUES ('a1', 'sip:a@198.51.100.40:5061', $1, $2)",
    [phone.endpoint, String(Math.floor(Date.now() / 1000) + 300)],
  );
  await expect(allow(["192.0.2.0/24"])).rejects.toMatchObject({
    code: "ban_cuts_off",
    detail: { what: "198.51.100.40" },
  });
  expect(await atPbx()).toEqual({ deny: null, permit: null });
  const set = await allow(["198.51.100.0/24", "2001:db8::/32", "192.0.2.7"]);
  expect(set).toEqual({ before: [], forgotten: 0 });
  expect(await atPbx()).toEqual({ deny: "0.0.0.0/0,::/0", permit: "192.0.2.7/32,198.51.100.0/24,2001:db8::/32" });
  expect(await allow(["192.0.2.7"], { cutOff: true })).toMatchObject({ forgotten: 1 });
  const list = await readTenant(db.app, { tenantId: customer.tenantId as TenantId }, (tx) =>
    allowListOf(tx, customer.tenantId as TenantId, phone.extensionId as ExtensionId),
  );
  expect(list).toEqual(["192.0.2.7"]);
  await expect(allow(["192.0.2.8"], { of: sibling })).rejects.toMatchObject({ code: "not_found" });
  expect(
    await readTenant(db.app, { tenantId: sibling.tenantId as TenantId }, (tx) =>
      wouldCutOff(tx, phone.extensionId as ExtensionId, ["10.0.0.0/8"]),
    ),
  ).toEqual([]);
  await allow([]);
  expect(await atPbx()).toEqual({ deny: null, permit: null });
});

test.each([
  ["0.0.0.0/0", "too wide"],
  ["::/0", "too wide"],
  ["198.51.100.7/24", "198.51.100.0/24"],
  ["office.example", "no address"],
])("an allow-list with %s is refused: %s", (network, why) => {
  const read = allowListSchema.safeParse({ networks: [network] });
  expect(read.success).toBe(false);
  expect(read.error?.issues[0]?.message).toContain(why);
});

test("an allow-list has at most thirty networks, each once", () => {
  const many = Array.from({ length: 31 }, (_, at) => `10.0.0.${at}`);
  expect(allowListSchema.safeParse({ networks: many }).success).toBe(false);
  expect(allowListSchema.parse({ networks: ["10.0.0.1", "10.0.0.1/32", "::ffff:10.0.0.1"] }).networks).toEqual([
    "10.0.0.1",
  ]);
});
