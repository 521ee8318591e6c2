import { randomUUID } from "node:crypto";

import { afterAll, beforeAll, expect, test } from "vitest";

import { type Branches, makeBranches } from "@/test/support/branch";
import type { Tenancy } from "@/test/support/builders";
import { callerFor } from "@/test/support/caller";
import { createDatabase, type TestDatabase } from "@/test/support/database";

let db: TestDatabase;
let branches: Branches;
let owner: string;
let reseller: string;
const calls: Record<string, string> = {};
beforeAll(async () => {
  db = await createDatabase();
  branches = await makeBranches(db);
  owner = await branches.seat(branches.customer, "owner");
  reseller = await branches.seat(branches.reseller, "owner");
  calls["mine"] = await call(branches.customer, { to: "49301234567" });
  calls["inbound"] = await call(branches.customer, { from: "+4915199887766" });
  calls["going"] = await call(branches.customer, { to: "33199001234", state: "answered" });
  calls["sibling"] = await call(branches.sibling, { to: "49301234567" });
  calls["far"] = await call(branches.far, { to: "49301234567" });
  calls["above"] = await call(branches.reseller, { to: "49301234567" });
});
afterAll(() => db.drop());

async function call(of: Tenancy, { to, from, state = "ended" }: { to?: string; from?: string; state?: string }) {
  const { id } = await branches.build.one<{ id: string }>(
    `INSERT INTO call (tenant_id, pbx, pbx_call_id, kind, dialled, to_e164, from_number, state, outcome, started_at, ended_at, currency)
     VALUES ($1, 'pbx1', $2, $3, $4, $5, $6, $7, $8, now(), $9, 'EUR') RETURNING id`,
    [
      ...[of.tenantId, randomUUID(), from ? "inbound" : "external", to ?? "101", to ?? null, from ?? null, state],
      ...(state === "ended" ? ["answered", new Date()] : [null, null]),
    ],
  );
  return id;
}

const find = (text: string, { as = owner, at = "inside" } = {}) =>
  callerFor(db.app, as).search.find({ tenantSlug: at, text });
const idsOf = async (text: string, where?: { as?: string; at?: string }) =>
  (await find(text, where)).map(({ id }) => id);

test.each(["+49 30 1234567", "0049 (0)30 1234567", "030/123 45 67", "49301234567", "sip:+49301234567@host"])(
  "finds a call by its number written as %s",
  async (text) => {
    expect(await find(text)).toEqual([
      expect.objectContaining({
        kind: "call",
        id: calls["mine"],
        slug: "inside",
        exact: true,
        title: "+49 30 1234567",
      }),
    ]);
  },
);

test("finds a call by a part of the number, by who called, by its id, and while it goes on", async () => {
  expect(await idsOf("301234")).toEqual([calls["mine"]]);
  expect(await idsOf("4567")).toEqual([calls["mine"]]);
  expect(await find("0151 99887766")).toEqual([expect.objectContaining({ id: calls["inbound"], exact: true })]);
  expect(await idsOf(calls["mine"] ?? "")).toEqual([calls["mine"]]);
  expect(await idsOf("+33 1 99 00 12 34")).toEqual([calls["going"]]);
});

test("finds what is below, and nothing beside or above", async () => {
  const seen = await idsOf("+49301234567", { as: reseller, at: "ours" });
  expect(seen.toSorted()).toEqual([calls["mine"], calls["sibling"], calls["above"]].toSorted());
  for (const name of ["sibling", "far", "above"]) {
    expect(await idsOf(calls[name] ?? "")).toEqual([]);
  }
  for (const text of ["sibling", "ours", "operator", "far"]) expect(await find(text)).toEqual([]);
});

test("finds extensions, numbers, transactions, incidents, bans and tenants where they can be read", async () => {
  const { build, operator, customer, sibling } = branches;
  const { extensionId, endpoint } = await build.phone(customer, "104");
  await build.phone(sibling, "104");
  await build.did(customer, "4930555000", extensionId);
  await build.did(sibling, "4930555001", null);
  await build.topUp(customer, 1_000_000n);
  await build.sql(
    "INSERT INTO registration (tenant_id, extension_id, contact_id, uri, address, expires_at) VALUES ($1, $2, 'c1', 'sip:x', '192.0.2.40:5060', now())",
    [customer.tenantId, extensionId],
  );
  const { id: transaction } = await build.one<{ id: string }>(
    "SELECT id FROM ledger_transaction WHERE tenant_id = $1 LIMIT 1",
    [customer.tenantId],
  );
  const { id: incident } = await build.one<{ id: string }>(
    `INSERT INTO incident (tenant_id, kind, title, severity, first_at, last_at) VALUES ($1, 'manual', 'Strange', 'low', now(), now()) RETURNING id`,
    [operator.tenantId],
  );
  await build.sql(
    "INSERT INTO ban (tenant_id, network, scope, reason, source, expires_at) VALUES ($1, '192.0.2.0/24', 'sip', 'x', 'person', now() + interval '1 day')",
    [operator.tenantId],
  );
  const root = await branches.seat(operator, "owner");
  const { number } = await build.one<{ number: string }>("SELECT number FROM incident WHERE id = $1", [incident]);

  expect(await idsOf("104")).toEqual([extensionId]);
  expect(await idsOf(endpoint)).toEqual([extensionId]);
  expect(await find("phone")).toEqual([expect.objectContaining({ id: extensionId, exact: false })]);
  expect(await idsOf("192.0.2.40")).toEqual([extensionId]);
  expect(await idsOf("192.0.2.4")).toEqual([]);
  expect(await idsOf("+49 30 555000")).toEqual(["4930555000"]);
  expect(await idsOf("555")).toEqual(["4930555000"]);
  expect(await idsOf("+49 30 555001")).toEqual([]);
  expect(await idsOf(transaction)).toEqual([transaction]);
  expect(await idsOf("inc-1")).toEqual([]);
  expect(await idsOf(`INC-${number}`, { as: root, at: "operator" })).toEqual([incident]);
  expect((await find("192.0.2.40", { as: root, at: "operator" })).map(({ kind }) => kind)).toEqual([
    "extension",
    "ban",
  ]);
  expect(await find("insi", { as: reseller, at: "ours" })).toEqual([
    expect.objectContaining({ kind: "tenant", slug: "inside", exact: false }),
  ]);
});

test("looks for nothing that the role does not include", async () => {
  const viewer = await branches.seat(branches.reseller, "viewer");
  expect((await find("inside", { as: viewer, at: "ours" })).filter(({ kind }) => kind === "tenant")).toEqual([]);
  const { build, operator } = branches;
  const billing = await branches.seat(operator, "billing");
  const { id } = await build.one<{ id: string }>("SELECT id FROM incident LIMIT 1");
  expect(await find(id, { as: billing, at: "operator" })).toEqual([]);
  expect(await find("192.0.2.99", { as: billing, at: "operator" })).toEqual([]);
});

test("takes percent signs, quotes and blanks as they are, and refuses what is too long", async () => {
  for (const text of ["%", "_", "%%%", "\\", "'", "\u0000x", "🙂", "1' OR '1'='1"])
    expect(await find(text)).toEqual([]);
  await expect(find("1".repeat(10_000))).rejects.toMatchObject({ message: "invalid_input" });
  await expect(find("   ")).rejects.toMatchObject({ message: "invalid_input" });
  expect(await find("9".repeat(200))).toEqual([]);
});

test("finds a number by an index, under row security too", async () => {
  const { rows } = await db.app.$transaction(async (tx) => {
    await tx.$executeRaw`SELECT set_config('app.tenant_id', ${branches.customer.tenantId}, true)`;
    await tx.$executeRaw`SET LOCAL enable_seqscan = off`;
    const rows = await tx.$queryRaw<Record<string, string>[]>`
      EXPLAIN SELECT * FROM call WHERE tenant_id = ${branches.customer.tenantId}::uuid AND state = 'ended' AND to_e164 = '49301234567'
      ORDER BY started_at DESC LIMIT 6`;
    return { rows };
  });
  expect(rows.map((row) => Object.values(row)[0]).join("\n")).toMatch(
    /Index Scan using call_to .*\n\s+Index Cond: .*to_e164/,
  );
});
