import { afterAll, beforeAll, expect, test } from "vitest";

import { change } from "@/server/domain/audit/change";
import { previewBan } from "@/server/domain/bans/bans";
import { listTrunks, setTrunkNetworks } from "@/server/domain/blocks/trunks";
import { nameTrunk } from "@/server/infra/db/name-trunk";
import { readTenant } from "@/server/infra/db/read-tenant";
import type { TenantId } from "@/server/kernel/ids";
import { builders, type Tenancy } from "@/test/support/builders";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { jsonOf, runCli } from "../../cli/run-cli";

let db: TestDatabase;
let make: ReturnType<typeof builders>;
let operator: Tenancy;
let customer: Tenancy;
beforeAll(async () => {
  db = await createDatabase();
  make = builders(db);
  operator = await make.tenant("operator");
  customer = await make.tenant("customer", operator);
  const match = "192.0.2.10:5060/32";
  await nameTrunk(db.ownerUrl, { endpoint: "carrier", match: "192.0.2.9:5060/32" });
  // A start with another address replaces that of the start before.
  await nameTrunk(db.ownerUrl, { endpoint: "carrier", match });
});
afterAll(() => db.drop());

const set = (trunk: string, networks: string[], more: { cutOff?: boolean; isNew?: boolean } = {}, of = operator) => {
  const actor = { kind: "cli", id: "test", requestId: "r" } as const;
  const by = { tenantId: of.tenantId as TenantId, actor, action: "trunk.set_networks" } as const;
  return change(db.app, by, async (tx) => ({
    subject: `trunk:${trunk}`,
    result: await setTrunkNetworks(tx, { trunk, networks, cutOff: false, isNew: false, ...more }),
  }));
};
const trunks = () => readTenant(db.app, { tenantId: operator.tenantId as TenantId }, listTrunks);
const known = async () =>
  (await make.sql<{ at: string }>("SELECT endpoint || ' ' || match AS at FROM pbx.identifies ORDER BY 1")).map(
    ({ at }) => at,
  );

test("a list takes the place of what is configured, and goes with it", async () => {
  expect(await known()).toEqual(["carrier 192.0.2.10:5060/32"]);
  await expect(set("carrier", ["198.51.100.0/24"])).rejects.toMatchObject({
    code: "ban_cuts_off",
    detail: { what: "192.0.2.10:5060/32" },
  });
  await set("carrier", ["192.0.2.0/28", "2001:db8::/48"]);
  expect(await known()).toEqual(["carrier 192.0.2.0/28", "carrier 2001:db8::/48"]);
  expect(await trunks()).toEqual([
    { trunk: "carrier", networks: ["192.0.2.0/28", "2001:db8::/48"], configured: ["192.0.2.10:5060/32"], calls: 0 },
  ]);
  await set("carrier", []);
  expect(await known()).toEqual(["carrier 192.0.2.10:5060/32"]);
});

test("a call that goes on, or a registration, is named before a list leaves it out", async () => {
  await make.sql(
    `INSERT INTO call (tenant_id, id, pbx, pbx_call_id, kind, dialled, state, source_address, started_at, currency)
     SELECT $1, gen_random_uuid(), 'pbx1', 'trunk-1', 'inbound', '493012345678', 'authorised', '192.0.2.10:5060', now(), 'EUR'`,
    [customer.tenantId],
  );
  expect((await trunks())[0]?.calls).toBe(1);
  await set("carrier", ["192.0.2.0/24"]);
  await expect(set("carrier", ["198.51.100.0/24"])).rejects.toMatchObject({ detail: { what: "192.0.2.10" } });
  await make.sql(
    `INSERT INTO pbx.ps_contacts (id, uri, expiration_time, endpoint)
     VALUES ('c1', 'sip:carrier@203.0.113.9:5060', (extract(epoch FROM now()) + 600)::bigint::text, 'carrier')`,
  );
  await expect(set("carrier", ["192.0.2.0/28"])).rejects.toMatchObject({ detail: { what: "203.0.113.9" } });
  await make.sql("DELETE FROM pbx.ps_contacts WHERE id = 'c1'");
  await set("carrier", ["198.51.100.0/24"], { cutOff: true });
  expect(await known()).toEqual(["carrier 198.51.100.0/24"]);
});

test("no two trunks have a network, of two that ask at once only one gets it, and an unknown name is no trunk", async () => {
  await expect(set("carrier2", ["203.0.113.0/24"])).rejects.toMatchObject({ code: "not_found" });
  await expect(set("carrier2", ["198.51.100.7"], { isNew: true })).rejects.toMatchObject({ code: "invalid_input" });
  const both = await Promise.allSettled([
    set("carrier2", ["203.0.113.0/24"], { isNew: true }),
    set("carrier3", ["203.0.113.128/25"], { isNew: true }),
  ]);
  expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  await make.sql("INSERT INTO pbx.ps_endpoints (id) VALUES ('florist-101')");
  await expect(set("florist-101", ["192.0.2.77"], { isNew: true })).rejects.toMatchObject({ code: "not_found" });
});

test("a list is not taken away while another trunk has what is configured", async () => {
  await nameTrunk(db.ownerUrl, { endpoint: "harbour", match: "192.0.2.40:5060/32" });
  await set("harbour", ["192.0.2.40", "192.0.2.41"]);
  await set("harbour", ["192.0.2.41"], { cutOff: true });
  await set("quay", ["192.0.2.40"], { isNew: true });
  const emptied = set("harbour", [], { cutOff: true });
  await expect(emptied).rejects.toMatchObject({
    code: "invalid_input",
    sentence: expect.stringContaining("trunk quay"),
  });
  expect(await known()).toEqual(expect.arrayContaining(["harbour 192.0.2.41/32", "quay 192.0.2.40/32"]));
  await set("quay", ["192.0.2.42"], { cutOff: true });
  await set("harbour", [], { cutOff: true });
  expect(await known()).toEqual(expect.arrayContaining(["harbour 192.0.2.40:5060/32", "quay 192.0.2.42/32"]));
});

test("a ban of a part of its networks is said to cut the trunk off", async () => {
  const cut = await readTenant(db.app, { tenantId: operator.tenantId as TenantId }, (tx) =>
    previewBan(tx, { network: "198.51.100.7", scope: "sip" }),
  );
  expect(cut).toEqual([{ kind: "trunk", what: "carrier" }]);
});

test("nobody but the operator sees or changes them", async () => {
  await expect(set("carrier", [], { cutOff: true }, customer)).rejects.toMatchObject({ code: "not_found" });
  const theirs = readTenant(db.app, { tenantId: customer.tenantId as TenantId }, (tx) => tx.trunkNetwork.count());
  expect(await theirs).toBe(0);
});

test("a script lists and changes them, is told what is too wide, and the trail names who ran it", async () => {
  const cli = <T>(...words: string[]) => jsonOf<T>(db.appUrl, words);
  expect(await cli("trunk", "allow", "--trunk", "carrier", "--network", "198.51.100.0/25")).toEqual({
    trunk: "carrier",
    networks: ["198.51.100.0/25"],
  });
  expect(await cli("trunk", "list")).toContainEqual(
    expect.objectContaining({ trunk: "carrier", networks: ["198.51.100.0/25"], calls: 0 }),
  );
  for (const wide of ["0.0.0.0/0", "::/0", "128.0.0.0/1"]) {
    const { out } = await runCli(db.appUrl, ["trunk", "allow", "--trunk", "carrier", "--network", wide, "--json"]);
    expect(out).toContain("too wide");
  }
  const last = await make.one<{ before: unknown; after: unknown }>(
    "SELECT before, after FROM audit_event WHERE action = 'trunk.set_networks' ORDER BY seq DESC LIMIT 1",
  );
  expect(last).toEqual({
    before: { networks: "198.51.100.0/24" },
    after: { networks: "198.51.100.0/25", cutOff: false },
  });
});
