import { afterAll, beforeAll, expect, test } from "vitest";

import { todayIn } from "@/components/reports/report-params";
import { foldUsage, sampleUsage } from "@/server/domain/usage/fold";
import { addDays } from "@/server/domain/usage/period.schema";
import { jsonOf, runCli } from "@/test/server/cli/run-cli";
import { builders } from "@/test/support/builders";
import { callerFor } from "@/test/support/caller";
import { type Chain, makeChain } from "@/test/support/chain";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { noonZone } from "@/test/support/noon";
import { makeRerating } from "@/test/support/rerating";
import { taskContext } from "@/test/support/task-context";
import { taskWorks } from "@/workers/tasks/all";
import { runTask } from "@/workers/tasks/run-task";

let db: TestDatabase;
let chain: Chain;
const march = { period: "month", from: "2026-03-01", to: "2026-03-31" } as const;
beforeAll(async () => {
  db = await createDatabase();
  chain = await makeChain(db);
  await chain.talk(60_000, new Date("2026-03-31T22:30:00Z"));
});
afterAll(() => db.drop());

test("each level sees what it paid and what was paid to it, and nothing of the levels beside that", async () => {
  const of = async (who: "operator" | "upper" | "lower" | "customer") => {
    const { total, extensions, tenants } = await chain
      .as(who)
      .reports.usage({ tenantSlug: chain.tenants[who].slug, ...march });
    return [total.calls, total.costMicros, total.revenueMicros, extensions.length, tenants.map((one) => one.name)];
  };
  expect(await of("operator")).toEqual([1, 0n, 1_234_566n, 0, ["upper"]]);
  expect(await of("upper")).toEqual([1, 1_234_566n, 2_345_679n, 0, ["lower"]]);
  expect(await of("lower")).toEqual([1, 2_345_679n, 3_456_780n, 0, ["acme"]]);
  expect(await of("customer")).toEqual([1, 3_456_780n, 0n, 1, []]);
  const outsider = await chain.owner(await builders(db).tenant("customer", chain.operator, { slug: "beside" }));
  const asked = callerFor(db.app, outsider).reports.usage({ tenantSlug: "acme", ...march });
  await expect(asked).rejects.toMatchObject({ code: "NOT_FOUND" });
});

test("a day is that of the calendar asked for, also an hour before its midnight elsewhere", async () => {
  const calls = async (day: string, zone: string) => {
    const asked = { tenantSlug: "acme", period: "day", from: day, to: day, zone } as const;
    const { total, points } = await chain.as("customer").reports.usage(asked);
    return [total.calls, points.length];
  };
  expect(await calls("2026-03-31", "UTC")).toEqual([1, 24]);
  expect(await calls("2026-03-31", "Europe/Berlin")).toEqual([0, 24]);
  expect(await calls("2026-04-01", "Europe/Berlin")).toEqual([1, 24]);
  // The day on which Berlin's clocks go on by an hour.
  expect(await calls("2026-03-29", "Europe/Berlin")).toEqual([0, 23]);
  expect(await calls("2026-04-01", "Asia/Kathmandu")).toEqual([1, 24]);
});

test("what has not begun yet is no zero, and of calls at once is known only when somebody looked", async () => {
  const zone = noonZone();
  const today = todayIn(zone, new Date());
  const days = { period: "custom", from: addDays(today, -29), to: today, zone } as const;
  const ask = () => chain.as("customer").reports.usage({ tenantSlug: "acme", ...days });
  expect((await ask()).peaks.every(({ peak }) => peak === null)).toBe(true);
  await sampleUsage(db.pool);
  const report = await ask();
  expect(report.peaks.filter(({ peak }) => peak !== null)).toEqual([{ key: today, peak: 0 }]);
  const ahead = { tenantSlug: "acme", period: "year", from: "2090-01-01", to: "2090-12-31" } as const;
  expect((await chain.as("customer").reports.usage(ahead)).points.every(({ usage }) => usage === null)).toBe(true);
});

test("re-rating moves a report by what it moves in the ledger, beside what was charged", async () => {
  const world = await makeRerating(db, chain.operator);
  const ask = () => world.portal().reports.usage({ tenantSlug: world.seller.slug, ...march });
  const before = (await ask()).total;
  expect(before).toMatchObject({ calls: 60, revenueMicros: 1_200_000n, correctedRevenueMicros: 0n });
  await world.setPrice(5_000n);
  await world.whole("run");
  const after = (await ask()).total;
  expect(after).toMatchObject({ calls: 60, revenueMicros: 1_200_000n, correctedRevenueMicros: -600_000n });
  await foldUsage(db.pool);
  expect((await ask()).total).toEqual(after);
});

test("the command line makes the sums anew as a job, which a killed run goes on with", async () => {
  const sums = "SELECT * FROM usage_quarter ORDER BY 1, 2, 3, 4, 5";
  await foldUsage(db.pool);
  const right = (await db.owner.query(sums)).rows;
  await db.owner.query("UPDATE usage_quarter SET calls = calls + 1");
  const { task } = await jsonOf<{ task: string }>(db.appUrl, ["rollup", "rebuild", "--wait", "1"]);
  const { tenantId } = chain.operator;
  const context = taskContext({ db: db.app, pool: db.pool }, tenantId);
  const work = taskWorks["usage.rebuild"];
  if (!work) throw new Error("nobody does it");
  // Dies on its fourth day: what it reported is where the next one begins.
  let days = 0;
  const dying = {
    "usage.rebuild": ((run, ctx) =>
      work(
        {
          ...run,
          report: async (state) => {
            await run.report(state);
            days += 1;
            if (days > 3) throw new Error("killed");
          },
        },
        ctx,
      )) as typeof work,
  };
  await expect(runTask(context, task, dying)).rejects.toThrow("killed");
  await runTask(context, task, taskWorks);
  const done = await chain.as("operator").tasks.get({ tenantSlug: "operator", taskId: task });
  expect(done).toMatchObject({ state: "done", result: { calls: 61 } });
  expect((await db.owner.query(sums)).rows).toEqual(right);
  const late = await runCli(db.appUrl, ["rollup", "rebuild", "--from", "2999-01-01", "--json"]);
  expect(JSON.parse(late.out)).toMatchObject({ error: { code: "invalid_input" } });
});
