import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { builders, type Tenancy } from "@/test/support/builders";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { noteNameOnly } from "@/test/support/past-charges";
import { MARCH, makeRerating, type RerateFilter, type Rerating } from "@/test/support/rerating";
import { taskWorks } from "@/workers/tasks/all";
import { runTask } from "@/workers/tasks/run-task";

let db: TestDatabase;
let make: ReturnType<typeof builders>;
let operator: Tenancy;
let on: Rerating;
beforeAll(async () => {
  db = await createDatabase();
  make = builders(db);
  operator = await make.tenant("operator", undefined, { slug: "operator" });
});
afterAll(() => db.drop());
beforeEach(async () => {
  on = await makeRerating(db, operator);
});

describe("re-rating", () => {
  test("previews what it then does, never touches what was charged, and does nothing more when asked again", async () => {
    await on.setPrice(7_500n);
    const before = await on.charges();
    const preview = await on.whole("preview");
    expect(preview).toMatchObject({
      preview: true,
      calls: 60,
      changed: 60,
      upMicros: "0",
      downMicros: String(60 * 5_000),
      buyersChanged: 2,
      uncollected: 0,
      currency: "EUR",
    });
    expect(preview.top).toHaveLength(20);
    expect(preview.top[0]).toMatchObject({ beforeMicros: "20000", afterMicros: "15000" });
    expect(await on.comesTo()).toEqual([{ sum: "20000", calls: 60 }]);

    const run = await on.whole("run");
    expect({ ...run, preview: true, top: [], buyers: [] }).toEqual({ ...preview, top: [], buyers: [] });
    expect(new Set(run.buyers)).toEqual(new Set(preview.buyers));
    expect(await on.comesTo()).toEqual([{ sum: "15000", calls: 60 }]);
    expect(await on.charges()).toEqual(before);
    expect(await on.spent()).toEqual({ sum: String(60 * 15_000) });
    await on.sound();

    expect(await on.whole("run")).toMatchObject({ changed: 0, calls: 60, upMicros: "0", downMicros: "0" });
    expect(await on.comesTo()).toEqual([{ sum: "15000", calls: 60 }]);
  });

  test("keeps to its filter: customer, period, prefix and the plan that charged", async () => {
    await on.setPrice(7_500n);
    const [first] = on.buyers;
    const one = { buyerSlugs: [first?.slug ?? ""] };
    const found = async (filter: RerateFilter) => (await on.whole("preview", filter)).changed;
    expect(await found(one)).toBe(30);
    expect(
      await found({
        ...one,
        periodFrom: MARCH.toISOString(),
        periodTo: new Date(MARCH.getTime() + 11_000).toISOString(),
      }),
    ).toBe(10);
    expect(await found({ prefix: "4930" })).toBe(60);
    expect(await found({ prefix: "+4931" })).toBe(0);
    expect(await found({ chargedBy: "Another" })).toBe(0);
    expect(await found({ ...one, periodFrom: "2026-02-01", periodTo: "2026-02-28" })).toBe(0);
    await on.whole("run", one);
    expect(await on.comesTo()).toEqual([
      { sum: "15000", calls: 30 },
      { sum: "20000", calls: 30 },
    ]);
  });

  test("finds what a plan charged by the name that it has now, also where another took the name of then", async () => {
    const rename = (id: string, name: string) => make.sql("UPDATE plan SET name = $2 WHERE id = $1", [id, name]);
    const later = `${on.planName} later`;
    await on.setPrice(7_500n);
    await noteNameOnly(db.owner, on.plan);
    await rename(on.plan, later);
    const { id: newer } = await make.one<{ id: string }>(
      "INSERT INTO plan (tenant_id, name, currency, original_name) VALUES ($1, $2, 'EUR', 'kept by the database') RETURNING id",
      [on.seller.tenantId, on.planName],
    );
    await make.setRate(on.seller, newer, "49", { perMinute: 1n });
    await make.sql("UPDATE plan SET original_name = name WHERE id = $1", [newer]);
    // Who buys the newer one by now was charged by the older one then.
    for (const of of on.buyers) await make.assign(of, newer);
    const found = async (chargedBy: string) => {
      const { changed, downMicros } = await on.whole("preview", { chargedBy });
      return [changed, downMicros];
    };
    // Charges of before know the name of then only, those since then know the plan.
    expect(await found(later)).toEqual([60, String(60 * 5_000)]);
    expect(await found(on.planName)).toEqual([0, "0"]);
    await make.sql("UPDATE hold SET plan_id = $2 WHERE tenant_id = $1", [on.buyers[0]?.tenantId, newer]);
    expect(await found(later)).toEqual([30, String(30 * 5_000)]);
    expect(await found(on.planName)).toEqual([30, String(30 * 19_998)]);
  });

  test("prices by another plan of the seller's, and leaves alone what that has no price for", async () => {
    const cheap = await make.plan(on.seller, { "4930": { perMinute: 1_000n, first: 1, next: 1 } });
    expect(await on.whole("run", { prefix: "49", planId: cheap })).toMatchObject({ changed: 60, noPrice: 0 });
    // 61 seconds of 1 000 a minute, rounded up to a micro.
    expect(await on.comesTo()).toEqual([{ sum: "1017", calls: 60 }]);
    const other = await make.plan(on.seller, { "44": { perMinute: 1_000n } });
    expect(await on.whole("run", { prefix: "49", planId: other })).toMatchObject({ changed: 0, noPrice: 60 });
    await on.sound();
  });

  test("upwards takes only what is there; the rest is listed and nothing of it half done", async () => {
    await on.setPrice(12_000n);
    for (const of of on.buyers) await make.topUp(of, 4_000n * 10n + 3_999n);
    const preview = await on.whole("preview");
    const expected = { changed: 20, upMicros: "80000", uncollected: 40, uncollectedMicros: "160000", buyersChanged: 2 };
    expect(preview).toMatchObject(expected);
    const before = await on.charges();
    expect(await on.whole("run")).toMatchObject(expected);
    expect(await on.comesTo()).toEqual([
      { sum: "20000", calls: 40 },
      { sum: "24000", calls: 20 },
    ]);
    for (const of of on.buyers) expect((await make.wallet(of)).available).toBe(3_999n);
    expect(await on.charges()).toEqual(before);
    await on.sound();
    for (const of of on.buyers) await make.topUp(of, 1_000_000n);
    expect(await on.whole("run")).toMatchObject({ changed: 40, uncollected: 0, upMicros: "160000" });
    expect(await on.comesTo()).toEqual([{ sum: "24000", calls: 60 }]);
  });

  test("never takes back behind somebody's back what a dispute gave, nor adds while one is open", async () => {
    const ids = await make.sql<{ id: string }>("SELECT id FROM call WHERE tenant_id = $1 ORDER BY started_at LIMIT 2", [
      on.buyers[0]?.tenantId,
    ]);
    const [credited, open] = ids.map(({ id }) => id);
    await make.as(on.buyers[0]?.tenantId ?? "");
    // The seed's calls are older than what a procedure would let somebody dispute.
    await make.sql("UPDATE call SET ended_at = now() WHERE id = ANY ($1)", [[credited, open]]);
    const { id } = await make.one<{ id: string }>("SELECT id FROM dispute_open($1, '', '', '{}', 'test')", [credited]);
    await make.sql("SELECT dispute_open($1, '', '', '{}', 'test')", [open]);
    await make.as(on.seller.tenantId);
    await make.sql("SELECT dispute_decide($1, 4000, '', 'test')", [id]);
    for (const of of on.buyers) await make.topUp(of, 1_000_000n);

    await on.setPrice(12_000n);
    expect(await on.whole("run")).toMatchObject({ changed: 58, kept: 2 });
    await on.setPrice(5_000n);
    expect(await on.whole("run")).toMatchObject({ changed: 60, kept: 0 });
    expect(await on.comesTo()).toEqual([{ sum: "10000", calls: 60 }]);
    await on.sound();
  });

  test("each batch is in the trails of both, with the sums", async () => {
    await on.setPrice(7_500n);
    const { taskId } = await on.ask("run");
    await runTask(on.context(), taskId, taskWorks);
    const trail = await make.sql(
      "SELECT tenant_id, actor_kind, after->>'down' AS down FROM audit_event WHERE subject = $1 AND actor_kind = 'job' ORDER BY at",
      [`task:${taskId}`],
    );
    expect(trail).toEqual(
      on.buyers.flatMap((buyer) =>
        [on.seller, buyer].map(({ tenantId }) => ({ tenant_id: tenantId, actor_kind: "job", down: "0.150000" })),
      ),
    );
  });
});

describe("what is refused", () => {
  test("everything at once, an empty period, an overlong one, a tenant that is not directly below, a foreign plan", async () => {
    await expect(on.ask("run", {})).rejects.toMatchObject({
      message: "invalid_input",
      cause: { sentence: expect.stringContaining("everything is refused") },
    });
    const one = { buyerSlugs: [on.buyers[0]?.slug ?? ""] };
    await expect(on.ask("run", { ...one, periodTo: "2026-02-01" })).rejects.toMatchObject({ message: "invalid_input" });
    await expect(on.ask("run", { ...one, periodTo: "2028-02-01" })).rejects.toMatchObject({ message: "invalid_input" });
    const deeper = await make.tenant("customer", await make.tenant("reseller", on.seller));
    for (const slug of [deeper.slug, operator.slug, on.seller.slug, "nobody"])
      await expect(on.ask("run", { buyerSlugs: [slug] })).rejects.toMatchObject({ message: "not_below" });
    const foreign = await make.plan(operator, { "49": { perMinute: 1n } });
    await expect(on.ask("run", { ...one, planId: foreign })).rejects.toMatchObject({ message: "not_found" });
    expect(await make.sql("SELECT FROM task WHERE tenant_id = $1", [on.seller.tenantId])).toEqual([]);
  });

  test("past the job: money moves only for a running job of the on.seller, never for a preview or somebody else's customer", async () => {
    const { taskId: previewed } = await on.ask("preview");
    const { taskId } = await on.ask("run");
    const calls = (
      await make.sql<{ id: string }>("SELECT id FROM call WHERE tenant_id = $1", [on.buyers[0]?.tenantId])
    ).map(({ id }) => id);
    const post = (as: Tenancy, id: string) =>
      make
        .as(as.tenantId)
        .then(() => make.sql("SELECT * FROM rerate_post($1, $2, $3, 'test')", [id, on.buyers[0]?.tenantId, calls]));
    await on.setPrice(1n);
    await expect(post(on.seller, taskId)).rejects.toMatchObject({ code: "RF007" });
    await make.sql("UPDATE task SET state = 'running' WHERE id = ANY ($1)", [[taskId, previewed]]);
    await expect(post(on.seller, previewed)).rejects.toMatchObject({ code: "RF007" });
    await expect(post(operator, taskId)).rejects.toMatchObject({ code: "RF007" });
    const other = await make.tenant("reseller", operator);
    const theirs = await make.one<{ id: string }>(
      `INSERT INTO task (tenant_id, kind, title, input, state, created_by) VALUES ($1, 'rating.rerate', 'x', '{"preview": false}', 'running', 'test') RETURNING id`,
      [other.tenantId],
    );
    await expect(post(other, theirs.id)).rejects.toMatchObject({ code: "RF002" });
    expect(await on.comesTo()).toEqual([{ sum: "20000", calls: 60 }]);
  });
});
