import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { type Branches, makeBranches } from "@/test/support/branch";
import type { Tenancy } from "@/test/support/builders";
import { callerFor } from "@/test/support/caller";
import { createDatabase, type TestDatabase } from "@/test/support/database";

let db: TestDatabase;
let on: Branches;
let owners: Readonly<Record<"operator" | "reseller" | "customer" | "sibling" | "far", string>>;
beforeAll(async () => {
  db = await createDatabase();
  on = await makeBranches(db);
  const { operator, reseller, customer, sibling, far, seat } = on;
  owners = {
    operator: await seat(operator, "owner"),
    reseller: await seat(reseller, "owner"),
    customer: await seat(customer, "owner"),
    sibling: await seat(sibling, "owner"),
    far: await seat(far, "owner"),
  };
});
afterAll(() => db.drop());

type Who = keyof typeof owners;
const numbersOf = (who: Who) => callerFor(db.app, owners[who]).numbers;
const at = (of: Tenancy) => ({ tenantSlug: of.slug });
let count = 0;
function fresh(): string {
  count += 1;
  return `+4930555${String(count).padStart(5, "0")}`;
}
const listed = async (who: Who, of: Tenancy, text: string) =>
  (await numbersOf(who).list({ ...at(of), text })).items.map(({ holder, extension, own }) => ({
    holder: holder.slug,
    extension: extension?.number ?? null,
    own,
  }));
const trailOf = async (of: Tenancy, did: string) =>
  on.build.sql<{ action: string; before: object; after: object }>(
    "SELECT action, before, after FROM audit_event WHERE tenant_id = $1 AND subject = $2 ORDER BY seq",
    [of.tenantId, `number:${did.slice(1)}`],
  );

describe("a number", () => {
  test("is taken into service by the operator, handed down the chain, routed by its holder, and taken back", async () => {
    const did = fresh();
    const { operator, reseller, customer } = on;
    await numbersOf("operator").add({ ...at(operator), did, toTenantSlug: reseller.slug });
    expect(await listed("reseller", reseller, did)).toEqual([{ holder: reseller.slug, extension: null, own: true }]);
    await numbersOf("reseller").give({ ...at(reseller), did, toTenantSlug: customer.slug });
    const phone = await on.build.phone(customer, "301");
    await numbersOf("customer").route({ ...at(customer), did, extensionId: phone.extensionId });
    expect(await listed("customer", customer, did)).toEqual([{ holder: customer.slug, extension: "301", own: true }]);
    expect(await listed("operator", operator, did)).toEqual([{ holder: customer.slug, extension: "301", own: false }]);
    await numbersOf("customer").route({ ...at(customer), did, extensionId: null });
    await numbersOf("customer").route({ ...at(customer), did, extensionId: phone.extensionId });
    expect(await numbersOf("reseller").take({ ...at(reseller), did })).toMatchObject({ changed: true });
    expect(await numbersOf("reseller").take({ ...at(reseller), did })).toMatchObject({ changed: false });
    expect(await listed("reseller", reseller, did)).toEqual([{ holder: reseller.slug, extension: null, own: true }]);
    expect(await listed("customer", customer, did)).toEqual([]);
    // The trail of each names itself, and nobody that it has no business with.
    expect((await trailOf(customer, did)).map(({ action }) => action)).toEqual([
      "number.give",
      "number.route",
      "number.route",
      "number.route",
      "number.take",
    ]);
    expect(JSON.stringify(await trailOf(customer, did))).not.toContain(operator.slug);
    await numbersOf("operator").remove({ ...at(operator), did });
    expect(await listed("operator", operator, did)).toEqual([]);
    expect((await trailOf(reseller, did)).at(-1)).toMatchObject({
      action: "number.remove",
      before: { from: reseller.slug },
    });
  });

  test("is added once, whoever holds it, and only when it can exist", async () => {
    const did = fresh();
    await numbersOf("operator").add({ ...at(on.operator), did, toTenantSlug: on.far.slug });
    const tries = await Promise.allSettled(
      Array.from({ length: 4 }, () => numbersOf("operator").add({ ...at(on.operator), did: "+49305559999" })),
    );
    expect(tries.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const again = numbersOf("operator").add({ ...at(on.operator), did: did.replace("+", "00") });
    await expect(again).rejects.toThrow("did_taken");
    await expect(again).rejects.not.toThrow(on.far.slug);
    for (const bad of ["+49", "112", "030555000", "+4930 55x", "+999123456789", ""]) {
      await expect(numbersOf("operator").add({ ...at(on.operator), did: bad }), bad).rejects.toThrow("invalid_input");
    }
  });

  test("cannot be had from below, from beside, or by making it up", async () => {
    const did = fresh();
    await numbersOf("operator").add({ ...at(on.operator), did, toTenantSlug: on.customer.slug });
    const phone = await on.build.phone(on.sibling, "302");
    // Not by a reseller or a customer, whether the number is in service or not.
    for (const who of ["reseller", "customer"] as const) {
      for (const number of [did, fresh()]) {
        await expect(numbersOf(who).add({ ...at(on[who]), did: number })).rejects.toThrow("forbidden");
        await expect(numbersOf(who).remove({ ...at(on[who]), did: number })).rejects.toThrow("forbidden");
      }
    }
    const absent = fresh();
    for (const number of [did, absent]) {
      await expect(numbersOf("sibling").take({ ...at(on.sibling), did: number })).rejects.toThrow("not_found");
      await expect(numbersOf("far").take({ ...at(on.far), did: number })).rejects.toThrow("not_found");
      await expect(
        numbersOf("sibling").route({ ...at(on.sibling), did: number, extensionId: phone.extensionId }),
      ).rejects.toThrow("not_found");
      await expect(numbersOf("far").give({ ...at(on.far), did: number, toTenantSlug: on.far.slug })).rejects.toThrow(
        /not_below|not_found/,
      );
    }
    // Its holder cannot pass it on beside or up, nor let it ring at somebody else's phone.
    await expect(
      numbersOf("customer").give({ ...at(on.customer), did, toTenantSlug: on.sibling.slug }),
    ).rejects.toThrow("not_below");
    await expect(
      numbersOf("customer").give({ ...at(on.customer), did, toTenantSlug: on.reseller.slug }),
    ).rejects.toThrow("not_below");
    await expect(
      numbersOf("customer").route({ ...at(on.customer), did, extensionId: phone.extensionId }),
    ).rejects.toThrow("not_found");
    // Nor does somebody above move it from one below to another in one step.
    await expect(
      numbersOf("reseller").give({ ...at(on.reseller), did, toTenantSlug: on.sibling.slug }),
    ).rejects.toThrow("invalid_state");
    expect(await listed("customer", on.customer, did)).toEqual([
      { holder: on.customer.slug, extension: null, own: true },
    ]);
  });

  test("is not the portal's to write by itself", async () => {
    for (const sql of [
      "INSERT INTO did (tenant_id, number) VALUES (app_tenant(), '493055512345')",
      "DELETE FROM did",
      "UPDATE did SET tenant_id = app_tenant()",
      "UPDATE did SET number = '493055512345'",
    ]) {
      const tried = db.app.$transaction(async (tx) => {
        await tx.$executeRawUnsafe(`SET LOCAL app.tenant_id = '${on.customer.tenantId}'`);
        await tx.$executeRawUnsafe(sql);
      });
      await expect(tried, sql).rejects.toThrow(/permission denied/);
    }
  });
});

test("whoever looks sees what it pays itself, and nothing of what anybody else does", async () => {
  const did = fresh();
  await numbersOf("operator").add({ ...at(on.operator), did, toTenantSlug: on.customer.slug });
  const rate = (perMinute: bigint) => ({ "4930": { perMinute, first: 1, next: 1, direction: "in" as const } });
  await on.build.assign(on.reseller, await on.build.plan(on.operator, rate(11_111n)));
  await on.build.assign(on.customer, await on.build.plan(on.reseller, rate(22_222n)));
  const priceOf = async (who: Who, of: Tenancy) => {
    const page = await numbersOf(who).list({ ...at(of), text: did });
    return page.items[0]?.price?.perMinuteMicros;
  };
  expect(await priceOf("customer", on.customer)).toBe(22_222n);
  expect(await priceOf("reseller", on.reseller)).toBe(11_111n);
  expect(await priceOf("operator", on.operator)).toBeUndefined();
});

test("the list goes on page by page, and finds a number by a part of it, as written, or by its holder", async () => {
  await on.build.sql(
    "INSERT INTO did (tenant_id, number) SELECT $1, (441632000000 + n)::text FROM generate_series(1, 150) n",
    [on.far.tenantId],
  );
  const first = await numbersOf("far").list({ ...at(on.far), text: "+44 1632" });
  expect([first.items.length, first.items[0]?.formatted]).toEqual([100, "+44 1632 000001"]);
  const second = await numbersOf("far").list({ ...at(on.far), text: "+44 1632", cursor: first.nextCursor ?? "" });
  expect([second.items.length, second.nextCursor]).toEqual([50, null]);
  expect((await numbersOf("operator").list({ ...at(on.operator), text: "far" })).items).toHaveLength(100);
  expect((await numbersOf("far").list({ ...at(on.far), text: "100%_" })).items).toEqual([]);
});
