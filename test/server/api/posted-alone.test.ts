import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { jsonOf } from "@/test/server/cli/run-cli";
import type { Tenancy } from "@/test/support/builders";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { type Stage, stage } from "@/test/support/stage";

const EURO = 1_000_000n;
/** What one person may post alone, as the tests are set up. */
const LIMIT = 1_000n * EURO;
const operator = { tenantSlug: "operator" };
type Person = { readonly userId: string };
let db: TestDatabase;
let on: Stage;
let people: readonly [Person, Person];
beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
});
// What was posted before is another day's.
beforeEach(async () => {
  await yesterday();
  const somebody = async () => ({ userId: await on.person(on.operator, "billing") });
  people = [await somebody(), await somebody()];
});
afterAll(() => db.drop());

const posted = async (of: Tenancy) => (await on.wallet(of)).posted;
const post = (who: Person, to: Tenancy, euros: number | string, postingKey: string = randomUUID()) =>
  on.as(who).billing.topUp({ ...operator, toTenantSlug: to.slug, amount: String(euros), postingKey });
const approve = (who: Person, topUpId: string) => on.as(who).approvals.approve({ ...operator, topUpId });
/** What the list of those that wait says of one of them. */
const listed = async (topUpId: string | null | undefined) => {
  const { items } = await on.as(people[1]).approvals.list(operator);
  const found = items.find(({ id }) => id === topUpId);
  return found && { byReceiver: found.byReceiver, before: found.postedAloneMicros };
};
const yesterday = () => on.sql("UPDATE ledger_transaction SET recorded_at = recorded_at - interval '24 hours'");

describe("small top-ups by one person to many wallets", () => {
  test("together pass the limit no more than those to one do, also all at once", async () => {
    const wallets: Tenancy[] = [];
    for (let n = 0; n < 7; n += 1) wallets.push(await on.tenant("customer", on.operator));
    const answers = await Promise.all(wallets.map((to) => post(people[0], to, 200)));
    expect(answers.filter(({ pendingId }) => pendingId === null)).toHaveLength(5);
    let sum = 0n;
    for (const to of wallets) sum += await posted(to);
    expect(sum).toBe(LIMIT);
    const waits = answers.find(({ pendingId }) => pendingId !== null);
    expect(await listed(waits?.pendingId)).toEqual({ byReceiver: false, before: LIMIT });
  });

  test("count with the credit that a new tenant begins with", async () => {
    const [one, other] = [{ userId: await on.person(on.operator) }, { userId: await on.person(on.operator) }];
    const begin = (who: Person, initialCredit: string) =>
      on.as(who).tenants.onboard({
        ...operator,
        name: "New",
        slug: `new-${randomUUID().slice(0, 8)}`,
        kind: "customer",
        adminEmail: "new@example.com",
        planId: null,
        currency: "EUR",
        timeZone: "UTC",
        country: "DE",
        initialCredit,
      });
    const together = await Promise.allSettled(Array.from({ length: 3 }, () => begin(one, "400")));
    expect(together.filter(({ status }) => status === "fulfilled")).toHaveLength(2);
    await expect(begin(one, "200.01")).rejects.toMatchObject({ message: "invalid_input" });
    await begin(one, "0");
    expect((await post(one, on.customer, 200)).pendingId).toBeNull();
    await begin(other, "1000");
  });

  test("count with the credit of a file of tenants, which is refused before any of them is made", async () => {
    const owner = { userId: await on.person(on.operator) };
    await post(owner, on.customer, 900);
    const rows = Array.from({ length: 10 }, () => `New,new-${randomUUID().slice(0, 8)},new@example.com,20`);
    const csv = ["name,short name,admin email,credit", ...rows].join("\r\n");
    const sent = on.as(owner).tenantImports.importFile({ ...operator, csv, partly: false });
    await expect(sent).rejects.toMatchObject({ message: "invalid_input" });
    await on.as({ userId: await on.person(on.operator) }).tenantImports.importFile({ ...operator, csv, partly: false });
  });

  test("count in their currency alone", async () => {
    const abroad = await on.tenant("customer", on.operator);
    await on.sql("UPDATE wallet SET currency = 'USD' WHERE tenant_id = $1", [abroad.tenantId]);
    await on.sql("UPDATE tenant SET currency = 'USD' WHERE id = $1", [abroad.tenantId]);
    await post(people[0], on.customer, 1_000);
    expect((await post(people[0], abroad, 1_000)).pendingId).toBeNull();
    expect((await post(people[0], abroad, 1)).pendingId).not.toBeNull();
  });
});

describe("many small top-ups by one person to one wallet", () => {
  test("together pass the limit no more than one does, also all at once", async () => {
    const to = await on.tenant("reseller", on.operator);
    const answers = await Promise.all(Array.from({ length: 7 }, () => post(people[0], to, 200)));
    expect(answers.filter(({ pendingId }) => pendingId === null)).toHaveLength(5);
    expect(await posted(to)).toBe(LIMIT);
    // The answer says why so little waits.
    const waits = answers.find(({ pendingId }) => pendingId !== null);
    expect(waits).toMatchObject({ transactionId: null, postedAlone: LIMIT });
    expect(await listed(waits?.pendingId)).toEqual({ byReceiver: false, before: LIMIT });
    // Another person has a limit of their own, another wallet has none.
    expect((await post(people[0], on.customer, 1)).pendingId).not.toBeNull();
    expect((await post(people[1], to, 100)).pendingId).toBeNull();
    await expect(approve(people[0], waits?.pendingId ?? "")).rejects.toMatchObject({ message: "approval_by_another" });
    expect((await approve(people[1], waits?.pendingId ?? "")).transactionId).not.toBeNull();
    // Two agreed on it, so it takes nothing of what either may post alone.
    expect((await post(people[1], to, 900)).pendingId).toBeNull();
    expect((await post(people[1], to, "0.01")).pendingId).not.toBeNull();
  });

  test("are counted for 24 hours; a name that posted or waits goes on meaning that", async () => {
    const to = await on.tenant("reseller", on.operator);
    const [done, waiting] = [randomUUID(), randomUUID()];
    const first = await post(people[0], to, 1_000, done);
    const second = await post(people[0], to, 1, waiting);
    expect(await post(people[0], to, 1_000, done)).toEqual(first);
    await yesterday();
    expect((await post(people[0], to, 1, waiting)).pendingId).toBe(second.pendingId);
    await expect(approve(people[0], second.pendingId ?? "")).rejects.toMatchObject({ message: "approval_by_another" });
    expect((await post(people[0], to, 1_000)).pendingId).toBeNull();
    expect(await posted(to)).toBe(2n * LIMIT);
  });

  test("say why each waits as it was when it was asked for, also in the answer to a repeat and on the command line", async () => {
    const to = await on.tenant("reseller", on.operator);
    const owner = { userId: await on.person(to) };
    const ask = (amount: string) =>
      on.as(owner).approvals.ask({ tenantSlug: to.slug, amount, postingKey: randomUUID(), memo: "By bank" });
    const key = randomUUID();
    const large = await post(people[0], to, "1000.01");
    await post(people[0], to, 950);
    const small = await post(people[0], to, 60, key);
    expect(await listed(large.pendingId)).toEqual({ byReceiver: false, before: null });
    expect(await listed(small.pendingId)).toEqual({ byReceiver: false, before: 950n * EURO });
    await post(people[0], to, 20);
    expect(await post(people[0], to, 60, key)).toMatchObject({ postedAlone: 950n * EURO });
    const [one, other] = [await ask("100"), await ask("1000.02")];
    expect(await listed(one.requestId)).toEqual({ byReceiver: true, before: null });
    for (const { requestId } of [one, other]) await approve(people[0], requestId);
    expect(await listed(one.requestId)).toEqual({ byReceiver: false, before: 970n * EURO });
    expect(await listed(other.requestId)).toEqual({ byReceiver: false, before: null });
    expect(await jsonOf<object[]>(db.appUrl, ["topup", "pending"])).toContainEqual(
      expect.objectContaining({ id: small.pendingId, byReceiver: false, postedAloneMicros: "950000000" }),
    );
  });

  test("count with what its receiver asked for and the same person agreed to", async () => {
    const to = await on.tenant("reseller", on.operator);
    const owner = { userId: await on.person(to) };
    const ask = () =>
      on.as(owner).approvals.ask({ tenantSlug: to.slug, amount: "600", postingKey: randomUUID(), memo: "By bank" });
    const [one, other] = [await ask(), await ask()];
    expect((await approve(people[0], one.requestId)).transactionId).not.toBeNull();
    expect((await approve(people[0], other.requestId)).transactionId).toBeNull();
    expect((await post(people[0], to, 401)).pendingId).not.toBeNull();
    expect((await approve(people[1], other.requestId)).transactionId).not.toBeNull();
    expect(await posted(to)).toBe(1_200n * EURO);
  });

  // Whoever sits at the command line may be the one who posted in the portal, but one of them only.
  test("count with those of the command line, and its own with those of whoever posted most", async () => {
    const to = await on.tenant("reseller", on.operator);
    const byMachine = (amount: string, key: string) =>
      jsonOf(db.appUrl, ["topup", "--tenant", to.slug, "--amount", amount, "--key", key]);
    await post(people[0], to, 600);
    await post(people[1], to, 500);
    await byMachine("400", "bank-1");
    await expect(byMachine("1", "bank-2")).rejects.toThrow(/approval_in_person/);
    await byMachine("400", "bank-1");
    expect((await post(people[1], to, 100)).pendingId).toBeNull();
    expect((await post(people[1], to, 1)).pendingId).not.toBeNull();
    expect(await posted(to)).toBe(1_600n * EURO);
  });
});

describe("whatever two people post, ask and agree to in whatever order", () => {
  const act = fc.record({
    who: fc.nat(1),
    at: fc.nat(1),
    what: fc.constantFrom("post", "ask", "approve"),
    euros: fc.integer({ min: 1, max: 700 }),
  });

  test("none of them has more than the limit anywhere that only they wanted there", async () => {
    const wallets: Readonly<{ to: Tenancy; owner: Person }>[] = [];
    for (let n = 0; n < 2; n += 1) {
      const to = await on.tenant("reseller", on.operator);
      wallets.push({ to, owner: { userId: await on.person(to) } });
    }
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 5, maxLength: 14 }), async (acts) => {
        await yesterday();
        await on.sql(
          "UPDATE pending_top_up SET state = 'rejected', decided_by = 'test', decided_at = now() WHERE state = 'pending'",
        );
        const agreed = new Map<string, Set<Person>>();
        const alone = new Map<Person, bigint>();
        const wants = new Map<string, bigint>();
        const book = (of: Iterable<Person>, amount: bigint) => {
          const [who, second] = [...of];
          if (who && !second) alone.set(who, (alone.get(who) ?? 0n) + amount);
        };
        for (const { who, at, what, euros } of acts) {
          const { to, owner } = wallets[at] ?? wallets[0] ?? { to: on.customer, owner: people[0] };
          const person = people[who] ?? people[0];
          const amount = BigInt(euros) * EURO;
          if (what === "post") {
            const { pendingId } = await post(person, to, euros);
            if (pendingId === null) book([person], amount);
            else {
              agreed.set(pendingId, new Set([person]));
              wants.set(pendingId, amount);
            }
          } else if (what === "ask") {
            const key = { amount: String(euros), postingKey: randomUUID(), memo: "By bank" };
            const asked = await on
              .as(owner)
              .approvals.ask({ tenantSlug: to.slug, ...key })
              .catch(() => undefined);
            if (!asked) continue;
            agreed.set(asked.requestId, new Set());
            wants.set(asked.requestId, amount);
          } else {
            const [id, by] = [...agreed].find(([, people]) => !people.has(person)) ?? [];
            if (!id || !by) continue;
            by.add(person);
            if ((await approve(person, id)).transactionId === null) continue;
            book(by, wants.get(id) ?? 0n);
            agreed.delete(id);
          }
        }
        for (const sum of alone.values()) expect(sum).toBeLessThanOrEqual(LIMIT);
      }),
      { numRuns: 15 },
    );
  });
});

describe("vouchers that one person makes in many batches", () => {
  test("count together, also all at once; what a second one approved does not", async () => {
    const make = (who: Person, amount: string) =>
      on.as(who).vouchers.create({
        ...operator,
        count: 1,
        amount,
        expiresAt: new Date(Date.now() + 86_400_000),
      });
    const batches = await Promise.all(Array.from({ length: 7 }, () => make(people[0], "200")));
    const waiting = batches.filter(({ waits }) => waits);
    expect(waiting).toHaveLength(2);
    const batchId = waiting[0]?.id ?? "";
    await expect(on.as(people[0]).vouchers.approve({ ...operator, batchId })).rejects.toMatchObject({
      message: "approval_by_another",
    });
    await on.as(people[1]).vouchers.approve({ ...operator, batchId });
    expect((await make(people[1], "1000")).waits).toBe(false);
    expect((await make(people[1], "0.01")).waits).toBe(true);
    await on.sql("UPDATE voucher_batch SET created_at = created_at - interval '24 hours'");
    expect((await make(people[0], "1000")).waits).toBe(false);
  });
});
