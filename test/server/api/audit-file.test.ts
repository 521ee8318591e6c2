import { afterAll, beforeAll, expect, test } from "vitest";

import { auditFile } from "@/server/api/audit-file";
import { change } from "@/server/domain/audit/change";
import type { TenantId } from "@/server/kernel/ids";
import { type Branches, makeBranches } from "@/test/support/branch";
import { callerFor, contextFor } from "@/test/support/caller";
import { createDatabase, type TestDatabase } from "@/test/support/database";

let db: TestDatabase;
let branches: Branches;
beforeAll(async () => {
  db = await createDatabase();
  branches = await makeBranches(db);
});
afterAll(() => db.drop());

async function trail(events: number) {
  const tenant = await branches.build.tenant("customer", branches.reseller);
  const owner = await branches.seat(tenant, "owner", await branches.person(`owner@${tenant.slug}.example`));
  const actor = { kind: "user", id: owner, requestId: "r-17", address: "192.0.2.1" } as const;
  for (let n = 0; n < events; n += 1) {
    await change(db.app, { tenantId: tenant.tenantId as TenantId, actor, action: "extension.edit" }, async () => ({
      subject: n === 0 ? "=cmd|0" : `extension:${n}`,
      after: { name: `name ${n}` },
      result: undefined,
    }));
  }
  return { tenant, owner };
}
const get = (userId: string | undefined, tenantSlug: string, format = "csv", search = "") =>
  auditFile(contextFor(db.app, userId), { tenantSlug, format, search: new URLSearchParams(search) });

test("all of a trail comes as JSON lines, oldest first, whatever number of pages it has, and the taking is recorded", async () => {
  const { tenant, owner } = await trail(3);
  await branches.build.sql(
    `INSERT INTO audit_event SELECT tenant_id, 3 + n, at, actor_kind, actor_id, acting_tenant_id, action, 'extension:bulk', outcome, before, after, request_id,
       address, hash, hash FROM audit_event, generate_series(1, 2500) n WHERE tenant_id = $1 AND seq = 3`,
    [tenant.tenantId],
  );
  await branches.build.sql("UPDATE audit_head SET seq = 2503 WHERE tenant_id = $1", [tenant.tenantId]);
  const response = await get(owner, tenant.slug, "jsonl");
  expect(response.headers.get("content-disposition")).toBe(`attachment; filename="audit-${tenant.slug}.jsonl"`);
  const lines = (await response.text())
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines.map(({ seq }) => Number(seq))).toEqual(Array.from({ length: 2_504 }, (_, at) => at + 1));
  expect(lines[1]).toMatchObject({ action: "extension.edit", subject: "extension:1", after: { name: "name 1" } });
  expect(lines.at(-1)).toMatchObject({ action: "audit.export", after: { format: "jsonl" } });
});

test("a spreadsheet runs nothing that somebody wrote into a name, and the page's filter holds", async () => {
  const { tenant, owner } = await trail(3);
  const rows = (await (await get(owner, tenant.slug, "csv", "about=%3Dcmd&from=2020-01-01")).text()).trim().split("\n");
  expect(rows).toHaveLength(2);
  expect(rows[1]).toContain("'=cmd|0");
  for (const cell of rows[1]?.split(",") ?? []) expect(cell).not.toMatch(/^"?[=+@]/);
});

test("nobody gets what is not theirs, or with a filter that is none", async () => {
  const { tenant, owner } = await trail(1);
  const { owner: neighbour } = await trail(1);
  const viewer = await branches.seat(tenant, "viewer", await branches.person(`viewer@${tenant.slug}.example`));
  const status = async (...given: Parameters<typeof get>) => (await get(...given)).status;
  expect(await status(undefined, tenant.slug)).toBe(401);
  expect(await status(neighbour, tenant.slug)).toBe(404);
  expect(await status(owner, "nobody-has-this")).toBe(404);
  expect(await status(owner, tenant.slug, "pdf")).toBe(404);
  expect(await status(viewer, tenant.slug)).toBe(403);
  expect(await status(owner, tenant.slug, "csv", "from=yesterday")).toBe(400);
  const denied = await branches.build.sql(
    "SELECT outcome, subject FROM audit_event WHERE tenant_id = $1 AND action = 'permission.deny'",
    [tenant.tenantId],
  );
  expect(denied).toEqual([{ outcome: "denied", subject: "file:audit.csv" }]);
});

test("the list is narrowed by subject, request, address, outcome and day", async () => {
  const { tenant, owner } = await trail(4);
  const found = async (filter: object) =>
    (await callerFor(db.app, owner).audit.list({ tenantSlug: tenant.slug, ...filter })).items.length;
  expect(await found({ about: "extension:2" })).toBe(1);
  expect(await found({ about: "r-17" })).toBe(4);
  expect(await found({ about: "192.0.2.1" })).toBe(4);
  expect(await found({ about: "%" })).toBe(0);
  expect(await found({ outcome: "denied" })).toBe(0);
  const days = await branches.build.one<{ from: string; to: string }>(
    `SELECT min(at AT TIME ZONE time_zone)::date::text AS from, max(at AT TIME ZONE time_zone)::date::text AS to
     FROM audit_event JOIN tenant t ON t.id = tenant_id WHERE tenant_id = $1`,
    [tenant.tenantId],
  );
  expect(await found(days)).toBe(4);
  expect(await found({ to: "2020-01-01" })).toBe(0);
  await expect(found({ from: "soon" })).rejects.toMatchObject({ code: "BAD_REQUEST" });
});
