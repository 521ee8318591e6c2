import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { change } from "@/server/domain/audit/change";
import { verifyTrail } from "@/server/domain/audit/verify";
import { readTenant } from "@/server/infra/db/read-tenant";
import type { TenantId } from "@/server/kernel/ids";
import { type Branches, makeBranches } from "@/test/support/branch";
import { callerFor } from "@/test/support/caller";
import { createDatabase, type TestDatabase } from "@/test/support/database";

let db: TestDatabase;
let branches: Branches;
beforeAll(async () => {
  db = await createDatabase();
  branches = await makeBranches(db);
});
afterAll(() => db.drop());

const as = (userId: string) => callerFor(db.app, userId);

/** A customer with a trail of so many events of its owner. */
async function withTrail(events: number) {
  const tenant = await branches.build.tenant("customer", branches.reseller);
  const email = `owner@${tenant.slug}.example`;
  const owner = await branches.seat(tenant, "owner", await branches.person(email));
  const actor = { kind: "user", id: owner, requestId: "r", address: "192.0.2.1" } as const;
  for (let i = 0; i < events; i += 1) {
    const action = i % 2 === 0 ? "extension.edit" : "billing.set_daily_cap";
    await change(db.app, { tenantId: tenant.tenantId as TenantId, actor, action }, async () => ({
      subject: `thing:${i}`,
      before: { value: i },
      after: { value: i + 1 },
      result: undefined,
    }));
  }
  return { tenant, tenantSlug: tenant.slug, owner, email };
}

describe("the list", () => {
  test("is newest first, a page at a time, every event once", async () => {
    const { tenantSlug, owner, email } = await withTrail(120);
    const seen: bigint[] = [];
    let cursor: string | undefined;
    do {
      const page = await as(owner).audit.list({ tenantSlug, cursor });
      expect(page.items.length).toBeLessThanOrEqual(50);
      seen.push(...page.items.map((item) => item.seq));
      cursor = page.nextCursor ?? undefined;
    } while (cursor);
    expect(seen).toEqual(Array.from({ length: 120 }, (_, at) => BigInt(120 - at)));
    const { items } = await as(owner).audit.list({ tenantSlug });
    expect(items[0]).toMatchObject({
      actor: email,
      actorKind: "user",
      actingFor: null,
      action: "billing.set_daily_cap",
      subject: "thing:119",
      before: { value: 119 },
      after: { value: 120 },
      address: "192.0.2.1",
      outcome: "ok",
    });
    expect(items[0]?.at).toBeInstanceOf(Date);
  });

  test("is narrowed by action, by its first word, and by who did it", async () => {
    const { tenantSlug, owner, email } = await withTrail(6);
    const found = async (filter: { action?: string; actor?: string }) =>
      (await as(owner).audit.list({ tenantSlug, ...filter })).items.length;
    expect(await found({ action: "extension.edit" })).toBe(3);
    expect(await found({ action: "extension" })).toBe(3);
    expect(await found({ action: "exten" })).toBe(0);
    expect(await found({ actor: email.slice(0, 8) })).toBe(6);
    expect(await found({ actor: owner })).toBe(6);
    expect(await found({ actor: "user" })).toBe(6);
    expect(await found({ actor: "cli" })).toBe(0);
    // A wildcard is a letter like any other.
    expect(await found({ actor: "%" })).toBe(0);
    expect(await found({ action: "", actor: "" })).toBe(6);
  });

  test("names whoever acted from above for those who may know, and says provider to the others", async () => {
    const { tenant, tenantSlug, owner } = await withTrail(0);
    const above = await branches.seat(
      branches.reseller,
      "admin",
      await branches.person(`staff@${tenant.slug}.example`),
    );
    await as(above).members.invite({ tenantSlug, email: `x@${tenant.slug}.example`, role: "viewer" });
    const [within] = (await as(owner).audit.list({ tenantSlug })).items;
    expect(within).toMatchObject({ action: "member.invite", actor: "provider", actingFor: "provider" });
  });

  test("a cursor that is none is refused", async () => {
    const { tenantSlug, owner } = await withTrail(0);
    await expect(as(owner).audit.list({ tenantSlug, cursor: "1; DROP TABLE" })).rejects.toMatchObject({
      code: "BAD_REQUEST",
    });
  });
});

describe("verifying", () => {
  const verify = async ({ tenantSlug, owner }: { tenantSlug: string; owner: string }) =>
    as(owner).audit.verify({ tenantSlug });
  const inParts = ({ tenant }: { tenant: { tenantId: string } }, part: number) => {
    const tenantId = tenant.tenantId as TenantId;
    return verifyTrail((work) => readTenant(db.app, { tenantId }, work), tenantId, part);
  };
  const tamper = (sql: string, of: { tenantId: string }) => branches.build.sql(sql, [of.tenantId]);

  test("an untouched trail is whole", async () => {
    expect(await verify(await withTrail(8))).toEqual({ ok: true, rows: 8n, firstBadSeq: null });
    expect(await verify(await withTrail(0))).toEqual({ ok: true, rows: 0n, firstBadSeq: null });
  });

  test.each([
    ["an edit", "UPDATE audit_event SET after = '{}' WHERE tenant_id = $1 AND seq = 5", 5n],
    [
      "a changed time",
      "UPDATE audit_event SET at = at + interval '1 microsecond' WHERE tenant_id = $1 AND seq = 5",
      5n,
    ],
    ["a deletion", "DELETE FROM audit_event WHERE tenant_id = $1 AND seq = 5", 6n],
    ["a cut-off end", "DELETE FROM audit_event WHERE tenant_id = $1 AND seq > 6", 7n],
    ["a cut-off start", "DELETE FROM audit_event WHERE tenant_id = $1 AND seq < 3", 3n],
    ["all of it gone", "DELETE FROM audit_event WHERE tenant_id = $1", 1n],
    [
      "an exchange of two",
      "UPDATE audit_event e SET at = o.at, subject = o.subject, action = o.action, before = o.before, after = o.after, hash = o.hash, previous_hash = o.previous_hash FROM audit_event o WHERE e.tenant_id = $1 AND o.tenant_id = $1 AND e.seq IN (7, 8) AND o.seq = 15 - e.seq",
      7n,
    ],
    [
      "an insertion",
      "INSERT INTO audit_event SELECT tenant_id, 9, at, actor_kind, actor_id, acting_tenant_id, action, subject, outcome, before, after, request_id, address, hash, hash FROM audit_event WHERE tenant_id = $1 AND seq = 8",
      9n,
    ],
  ])("%s by somebody with the owner's rights is found, and where", async (_what, sql, firstBadSeq) => {
    const trail = await withTrail(8);
    await tamper(sql, trail.tenant);
    expect(await verify(trail)).toMatchObject({ ok: false, firstBadSeq });
    // In parts what is missing at the end of one is named itself, not the event after it.
    for (const part of [1, 2, 3]) {
      const { ok, firstBadSeq: bad } = await inParts(trail, part);
      expect({ ok, late: bad === null || bad > firstBadSeq }).toEqual({ ok: false, late: false });
    }
  });

  test.each([1, 2, 3, 7, 8, 9])("a trail of eight in parts of %i is walked once, whole", async (part) => {
    expect(await inParts(await withTrail(8), part)).toEqual({ ok: true, rows: 8n, firstBadSeq: null });
  });

  test("what is appended while it is walked disturbs nothing", async () => {
    const { tenant, owner } = await withTrail(8);
    const tenantId = tenant.tenantId as TenantId;
    const actor = { kind: "user", id: owner, requestId: "r", address: "192.0.2.1" } as const;
    const found = await verifyTrail(
      async (work) => {
        const answer = await readTenant(db.app, { tenantId }, work);
        await change(db.app, { tenantId, actor, action: "extension.edit" }, async () => ({
          subject: "thing:9",
          before: {},
          after: {},
          result: undefined,
        }));
        return answer;
      },
      tenantId,
      3,
    );
    expect(found).toMatchObject({ ok: true, firstBadSeq: null });
    expect(found.rows).toBeGreaterThan(8n);
  });
});
