import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { type Branches, makeBranches } from "@/test/support/branch";
import { callerFor } from "@/test/support/caller";
import { createDatabase, type TestDatabase } from "@/test/support/database";

let db: TestDatabase;
let branches: Branches;
let owner: string;
let root: string;
let planId: string;
beforeAll(async () => {
  db = await createDatabase();
  branches = await makeBranches(db);
  owner = await branches.seat(branches.reseller, "owner");
  root = await branches.seat(branches.operator, "owner");
  planId = await branches.build.plan(branches.reseller, { "49": { perMinute: 10_000n } });
  await branches.build.topUp(branches.reseller, 100_000_000n);
});
afterAll(() => db.drop());

const as = (userId: string) => callerFor(db.app, userId);
let made = 0;
const form = (more: Record<string, unknown> = {}) => {
  made += 1;
  return {
    tenantSlug: "ours",
    name: "Kontor Elbe",
    slug: `kontor-${made}`,
    kind: "customer" as const,
    adminEmail: `admin${made}@kontor.example`,
    planId,
    initialCredit: "10.00",
    currency: "EUR",
    timeZone: "Europe/Berlin",
    country: "DE",
    ...more,
  };
};
const count = async () => {
  const [row] =
    await branches.build.sql(`SELECT (SELECT count(*) FROM tenant) AS tenants, (SELECT count(*) FROM wallet) AS wallets,
    (SELECT count(*) FROM extension) AS extensions, (SELECT count(*) FROM invitation) AS invitations, (SELECT count(*) FROM ledger_entry) AS entries,
    (SELECT count(*) FROM pbx.ps_auths) AS phones, (SELECT count(*) FROM audit_event) AS events`);
  return row;
};

describe("onboarding", () => {
  test("one form makes tenant, wallet, credit, first phone and invitation", async () => {
    const before = await branches.build.wallet(branches.reseller);
    const input = form();
    const done = await as(owner).tenants.onboard(input);
    expect(done).toMatchObject({
      tenantSlug: input.slug,
      invitationUrl: expect.stringMatching(/^http:\/\/127\.0\.0\.1:3000\/invitation#[\w-]{43}$/),
      extension: {
        number: "101",
        sipUsername: `${input.slug}-101`,
        secretOnce: expect.stringMatching(/^[a-z2-9]{26}$/),
        sipDomain: "127.0.0.1",
        sipPort: 5060,
        transport: "udp",
      },
    });
    const { tree } = { tree: await as(owner).tenants.tree({ tenantSlug: "ours" }) };
    const row = tree.items.find((item) => item.slug === input.slug);
    expect(row).toMatchObject({
      kind: "customer",
      state: "active",
      parentSlug: "ours",
      currency: "EUR",
      availableMicros: 10_000_000n,
      liveCalls: 0,
    });
    expect(row?.planName).toBeTypeOf("string");
    expect((await branches.build.wallet(branches.reseller)).posted).toBe(before.posted - 10_000_000n);
    // Seen from above and from within, both with the secret nowhere in it.
    const events = await branches.build.sql<{ tenant_id: string }>(
      "SELECT tenant_id, e::text FROM audit_event e WHERE subject = $1",
      [`tenant:${row?.id}`],
    );
    expect(events.map((event) => event.tenant_id)).toEqual([branches.reseller.tenantId, row?.id]);
    expect(JSON.stringify(events)).not.toContain(done.extension.secretOnce);
    expect(JSON.stringify(events)).not.toContain(done.invitationUrl.split("#")[1]);
    expect((await branches.build.sql("SELECT * FROM ledger_check()")).length).toBe(0);
  });

  test("the operator's credit comes from payments, and the operator can make resellers", async () => {
    const wholesale = await branches.build.plan(branches.operator, { "49": { perMinute: 5_000n } });
    const input = form({ tenantSlug: "operator", kind: "reseller", planId: wholesale, initialCredit: "500" });
    await as(root).tenants.onboard(input);
    const tree = await as(root).tenants.tree({ tenantSlug: "operator" });
    expect(tree.items.find((item) => item.slug === input.slug)).toMatchObject({
      kind: "reseller",
      availableMicros: 500_000_000n,
    });
    const [entry] = await branches.build.sql("SELECT account FROM ledger_entry WHERE amount_micros = -500000000");
    expect(entry).toEqual({ account: "payments" });
  });

  test("without credit and without a plan nothing moves and nothing has a price", async () => {
    const before = await branches.build.wallet(branches.reseller);
    for (const initialCredit of ["", "0", "0.00"])
      await as(owner).tenants.onboard(form({ initialCredit, planId: null }));
    expect(await branches.build.wallet(branches.reseller)).toEqual(before);
  });

  test("where 101 is an emergency number, the first phone has another", async () => {
    const done = await as(owner).tenants.onboard(form({ country: "BE", timeZone: "Europe/Brussels" }));
    expect(done.extension.number).toBe("201");
  });

  test("chosen limits hold from above, and the tenant begins at them, until more or less is allowed", async () => {
    const limitsOf = async (limits?: string) => {
      const input = form({ initialCredit: "", limits });
      await as(owner).tenants.onboard(input);
      const of = { tenantSlug: "ours", ofTenantSlug: input.slug };
      const { effective, yours } = await as(owner).limits.get(of);
      for (const later of [10, 150]) {
        await as(owner).limits.setBelow({ ...of, maxCalls: later });
        // Where nothing was chosen the tenant's own wish is the tighter.
        const holds = limits ? later : Math.min(later, 20);
        expect((await as(owner).limits.get(of)).effective.maxCalls, `${limits} allowed ${later}`).toBe(holds);
      }
      return [effective, yours].map(({ maxCalls, maxCallsPerMinute }) => [maxCalls, maxCallsPerMinute]);
    };
    const [usual, none] = [
      [20, 120],
      [null, null],
    ];
    expect(await limitsOf("starter")).toEqual([
      [3, 20],
      [3, 20],
    ]);
    expect(await limitsOf("call_centre"), "more than the usual").toEqual([
      [100, 600],
      [100, 600],
    ]);
    expect(await limitsOf("office")).toEqual([usual, usual]);
    expect(await limitsOf(), "without a choice nothing is set").toEqual([usual, none]);
  });

  test.each([
    ["a short name in use", { slug: "inside" }, "slug_taken"],
    ["more credit than there is", { initialCredit: "1000000" }, "insufficient_funds"],
    ["a plan in another currency", { currency: "USD" }, "currency_mismatch"],
    ["credit in a currency the reseller has no wallet in", { currency: "USD", planId: null }, "currency_mismatch"],
    ["a plan of somebody else", { planId: "00000000-0000-4000-8000-000000000000" }, "not_found"],
    ["a country that is none", { country: "ZZ" }, "invalid_input"],
  ])("%s is refused and nothing is half done", async (_what, more, code) => {
    const before = await count();
    await expect(as(owner).tenants.onboard(form(more))).rejects.toMatchObject({ message: code });
    expect(await count()).toEqual(before);
  });

  test.each([
    ["slug", "x".repeat(70), "at most 32"],
    ["slug", "ab", "at least 3"],
    ["slug", "Kontor", "lower-case"],
    ["slug", "kontor-", "End with"],
    ["slug", "9kontor", "Begin with"],
    ["name", "Evil\r\nCompany", "control characters"],
    ["name", "", "required"],
    ["initialCredit", "-5", "negative"],
    ["initialCredit", "1.2345678", "six decimals"],
    ["initialCredit", "ten", "plain amount"],
    ["currency", "XXQ", "currency"],
    ["currency", "EURO", "currency"],
    ["timeZone", "Europe/Atlantis", "time zone"],
    ["timeZone", "+01:00", "time zone"],
    ["country", "Germany", "two letters"],
    ["adminEmail", "not an address", "e-mail"],
  ])("%s %j is refused with words for that field", async (field, value, words) => {
    const refusal = await as(owner)
      .tenants.onboard(form({ [field]: value }))
      .then(
        () => undefined,
        (error: { code: string; message: string; cause: Error }) => error,
      );
    expect(refusal).toMatchObject({ code: "BAD_REQUEST", message: "invalid_input" });
    const issues = JSON.parse(refusal?.cause.message ?? "[]") as { path: string[]; message: string }[];
    expect(issues.map((issue) => issue.path[0])).toEqual(expect.arrayContaining([field]));
    expect(issues.map((issue) => issue.message).join(" ")).toContain(words);
  });

  test("two at once with one short name: one is made", async () => {
    const input = form({ initialCredit: "1" });
    const before = await branches.build.wallet(branches.reseller);
    const both = await Promise.allSettled([as(owner).tenants.onboard(input), as(owner).tenants.onboard(input)]);
    expect(both.map((one) => one.status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(both.find((one) => one.status === "rejected")).toMatchObject({ reason: { message: "slug_taken" } });
    expect((await branches.build.wallet(branches.reseller)).posted).toBe(before.posted - 1_000_000n);
  });

  test("a customer has nobody below", async () => {
    const customerOwner = await branches.seat(branches.customer, "owner");
    await expect(
      as(customerOwner).tenants.onboard(form({ tenantSlug: "inside", planId: null, initialCredit: "0" })),
    ).rejects.toMatchObject({
      message: "invalid_state",
    });
  });

  test("the form's defaults are what this tenant can offer", async () => {
    const defaults = await as(owner).tenants.onboardDefaults({ tenantSlug: "ours" });
    expect(defaults.plans).toEqual([{ id: planId, name: expect.any(String), currency: "EUR" }]);
    expect(defaults.currencies).toContain("EUR");
    expect(defaults.timeZones).toEqual(expect.arrayContaining(["UTC", "Europe/Berlin"]));
    expect(defaults.countries).toContainEqual({
      code: "DE",
      name: "Germany",
      currency: "EUR",
      timeZone: "Europe/Berlin",
    });
    expect(defaults).toMatchObject({
      paysFromWallet: true,
      available: (await branches.build.wallet(branches.reseller)).available,
    });
    expect(await as(root).tenants.onboardDefaults({ tenantSlug: "operator" })).toMatchObject({ paysFromWallet: false });
  });
});

describe("the tree", () => {
  test("shows a branch and nothing beside it", async () => {
    const ours = (await as(owner).tenants.tree({ tenantSlug: "ours" })).items.map((item) => item.slug);
    expect(ours.slice(0, 1)).toEqual(["ours"]);
    expect(ours).toEqual(expect.arrayContaining(["inside", "sibling"]));
    for (const other of ["operator", "theirs", "far"]) expect(ours).not.toContain(other);
    expect((await as(owner).tenants.tree({ tenantSlug: "ours" })).items[0]).toMatchObject({ parentSlug: null });
  });
});

describe("suspending", () => {
  test("stops a tenant and asks for its calls and those below it to end, with a trail in both places", async () => {
    await as(root).tenants.suspend({ tenantSlug: "operator", childSlug: "ours" });
    const states = await branches.build.sql("SELECT state FROM tenant WHERE slug = 'ours'");
    expect(states).toEqual([{ state: "suspended" }]);
    const jobs = await branches.build.sql<{ tenant_id: string; payload: { id: string } }>(
      "SELECT tenant_id, payload FROM outbox_job WHERE job_name = 'call.hang_up_of_subject'",
    );
    const asked = jobs.map((job) => job.tenant_id);
    expect(asked).toEqual(
      expect.arrayContaining([branches.reseller.tenantId, branches.customer.tenantId, branches.sibling.tenantId]),
    );
    expect(asked).not.toContain(branches.far.tenantId);
    for (const job of jobs) expect(job.payload).toEqual({ subject: "tenant", id: job.tenant_id });
    const events = await branches.build.sql(
      "SELECT tenant_id, acting_tenant_id FROM audit_event WHERE action = 'tenant.suspend' ORDER BY at",
    );
    expect(events).toEqual([
      { tenant_id: branches.operator.tenantId, acting_tenant_id: null },
      { tenant_id: branches.reseller.tenantId, acting_tenant_id: branches.operator.tenantId },
    ]);

    // Its people may look, and take on nobody new.
    expect((await as(owner).shell.get({ tenantSlug: "ours" })).tenant.state).toBe("suspended");
    await expect(as(owner).tenants.onboard(form())).rejects.toMatchObject({ message: "invalid_state" });

    await as(root).tenants.suspend({ tenantSlug: "operator", childSlug: "ours" });
    expect(
      await branches.build.sql("SELECT 1 FROM outbox_job WHERE job_name = 'call.hang_up_of_subject'"),
    ).toHaveLength(jobs.length);
    await as(root).tenants.resume({ tenantSlug: "operator", childSlug: "ours" });
    expect(await branches.build.sql("SELECT state FROM tenant WHERE slug = 'ours'")).toEqual([{ state: "active" }]);
  });

  test("reaches only below: not oneself, not above, not beside", async () => {
    for (const childSlug of ["ours", "operator", "theirs", "far", "nowhere"]) {
      await expect(as(owner).tenants.suspend({ tenantSlug: "ours", childSlug })).rejects.toMatchObject({
        code: "NOT_FOUND",
        message: "not_found",
      });
    }
  });
});
