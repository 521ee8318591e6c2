import { chmodSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";

import { appUrl } from "@/server/config/database-url";
import { currentEnv } from "@/server/config/env";
import { topUp } from "@/server/domain/billing/movements";
import { setCostPlan } from "@/server/domain/limits/cost-plan";
import { createOperator, createTenant, findOperator } from "@/server/domain/tenancy/tenants";
import { connectDb, type Db } from "@/server/infra/db/client";
import { createPool, JOBS_WAIT_MS, type SqlPool } from "@/server/infra/db/pool";
import type { PlanId, TenantId } from "@/server/kernel/ids";
import { micros, parseMicros } from "@/server/kernel/money";

import { makeNumbers } from "./seed/numbers";
import { livePast } from "./seed/past-calls";
import { demoChange, type SignIn, seatPeople } from "./seed/people";
import { type DemoPhone, makePhones, openCountries } from "./seed/phones";
import { makePlan } from "./seed/prices";
import { type DemoTenant, retailPlans, tenants } from "./seed/story";

export type SeedOptions = Readonly<{
  /** As portal_app: the demo is made with the rights of the portal. */
  databaseUrl: string;
  /** Where demo.json goes. */
  dataDir: string;
  log?: (line: string) => void;
  /** false makes the operator only, for a system that is going to be real. */
  demo?: boolean;
  now?: Date;
}>;

export type Demo = Readonly<{ signIns: readonly SignIn[]; phones: readonly DemoPhone[] }>;

type Made = Readonly<{ ids: ReadonlyMap<string, TenantId>; signIns: SignIn[]; phones: DemoPhone[] }>;

const fromEnvironment = (): SeedOptions => {
  const env = currentEnv();
  return { databaseUrl: appUrl(env), dataDir: env.DATA_DIR, log: (line) => process.stdout.write(`${line}\n`) };
};

/**
 * Fills an empty system with the demo and answers with its sign-ins, which it also writes to demo.json (readable by its
 * owner only). A system that has an operator is left as it is: then the answer is undefined.
 */
export async function seed(options: SeedOptions = fromEnvironment()): Promise<Demo | undefined> {
  const { databaseUrl, dataDir, demo = true, now = new Date(), log = () => {} } = options;
  const db = connectDb(databaseUrl, 4);
  const pool = createPool(databaseUrl, () => {}, 4, JOBS_WAIT_MS);
  try {
    if (await findOperator(db)) return undefined;
    const operator = tenants[0];
    if (!operator) throw new Error("the story has no operator");
    const root = await createOperator(db, { ...operator, currency: "EUR" });
    if (!demo) return { signIns: [], phones: [] };
    const made = await makeDemo(db, root, now);
    save(dataDir, made);
    log(`Made ${tenants.length} tenants, ${made.signIns.length} people and ${made.phones.length} extensions.`);
    log(`Lived through ${await livePasts(pool, made, now)} past calls.`);
    return { signIns: made.signIns, phones: made.phones };
  } finally {
    await Promise.all([db.$disconnect(), pool.close()]);
  }
}

async function makeDemo(db: Db, root: TenantId, now: Date): Promise<Made> {
  const since = new Date(now.getTime() - 45 * 86_400_000);
  const ids = new Map([["operator", root]]);
  const plans = new Map<string, PlanId>();
  plans.set("operator/Wholesale", await makePlan(db, root, { name: "Wholesale", first: 1, next: 1 }, since));
  await payCarriers(db, root, since);
  const signIns: SignIn[] = [];
  const phones: DemoPhone[] = [];
  for (const tenant of tenants) {
    const id = ids.get(tenant.slug) ?? (await makeTenant(db, tenant, ids, plans));
    ids.set(tenant.slug, id);
    for (const plan of retailPlans) {
      if (plan.owner === tenant.slug) plans.set(`${tenant.slug}/${plan.name}`, await makePlan(db, id, plan, since));
    }
    await openCountries(db, id, tenant);
    phones.push(...(await makePhones(db, id, tenant)));
    await makeNumbers(db, root, id, tenant);
    signIns.push(...(await seatPeople(db, id, tenant)));
  }
  return { ids, signIns, phones };
}

/** What carriers ask, so that the operator's earnings are not all of what it is paid. */
async function payCarriers(db: Db, root: TenantId, since: Date): Promise<void> {
  const name = "Carriers";
  const planId = await makePlan(db, root, { name, percent: -22n, first: 1, next: 1 }, since);
  await demoChange(db, root, "limits.set_cost_plan", async (tx) => {
    const { before, after } = await setCostPlan(tx, planId);
    return { subject: `tenant:${root}`, before: { costPlan: before }, after: { costPlan: after }, result: undefined };
  });
}

/** As onboarding does it: made and paid for by the tenant above. */
async function makeTenant(
  db: Db,
  tenant: DemoTenant,
  ids: ReadonlyMap<string, TenantId>,
  plans: ReadonlyMap<string, PlanId>,
): Promise<TenantId> {
  const above = tenants.find((other) => other.slug === tenant.parent);
  const parentId = ids.get(tenant.parent ?? "");
  if (!above || !parentId || tenant.kind === "operator") throw new Error(`${tenant.slug} has nobody above it`);
  const { slug, name, kind, timeZone, country, credit = "0" } = tenant;
  return demoChange(db, parentId, "tenant.create", async (tx) => {
    const planId = plans.get(`${above.slug}/${tenant.plan}`) ?? null;
    const id = await createTenant(tx, parentId, { slug, name, kind, currency: "EUR", timeZone, country, planId });
    const movement = { amount: parseMicros(credit) ?? micros(0n), postingKey: `onboard:${id}`, memo: "Initial credit" };
    await topUp(tx, { tenantId: parentId, kind: above.kind }, { tenantId: id, currency: "EUR" }, movement, "job:demo");
    return { subject: `tenant:${id}`, after: { slug, name, kind, initialCredit: credit }, alsoFor: [id], result: id };
  });
}

async function livePasts(pool: SqlPool, { phones }: Made, now: Date): Promise<number> {
  const customers = tenants.filter((tenant) => tenant.busy > 0);
  const counts = await Promise.all(
    customers.map((tenant) =>
      livePast(
        pool,
        tenant,
        phones.filter((phone) => phone.tenantSlug === tenant.slug),
        now,
      ),
    ),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Whole or not at all, and for the eyes of its owner: it holds passwords. */
function save(dataDir: string, { signIns, phones }: Demo): void {
  mkdirSync(dataDir, { recursive: true });
  const file = path.join(dataDir, "demo.json");
  const unfinished = `${file}.new`;
  writeFileSync(unfinished, `${JSON.stringify({ signIns, phones }, null, 2)}\n`, { mode: 0o600 });
  chmodSync(unfinished, 0o600);
  renameSync(unfinished, file);
}
