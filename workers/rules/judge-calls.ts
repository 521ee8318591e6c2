import { hit, type Measure, type Subject } from "@/server/domain/rules/hits";
import { levelOf } from "@/server/domain/rules/rule.rules";
import { type Rule, type RuleScope, type Signal, standardRules } from "@/server/domain/rules/rule.schema";
import { type RuleBook, readRuleBook } from "@/server/domain/rules/rule-book";
import type { SqlPool } from "@/server/infra/db/pool";
import { type Found, type Names, nameSubjects } from "@/workers/rules/subjects";

/** Tenants of one question: each is answered within the patience of the pool. */
const BATCH = 100;
const scopes = ["extension", "tenant"] as const satisfies readonly RuleScope[];
const signalsOf = (scope: RuleScope) =>
  standardRules.filter((one) => one.of === "calls" && one.scope === scope).map(({ signal }) => signal);

type Touched = { tenant_id: string; extension_id: string };
type Measured = {
  tenant_id: string;
  extension_id: string | null;
  signal: Signal;
  value: string;
  calls: string;
  first_at: Date;
  last_at: Date;
};
type Asked = Readonly<{
  tenant: string;
  earliest: Date;
  extensions: readonly string[] | null;
  since: Readonly<Record<string, Date>>;
}>;

/**
 * Measures what the calls of the last moments amount to and does what the rules say about it. Nothing is added up from
 * one time to the next, so that being killed anywhere in between means only that the same is measured once more.
 * @returns what was found over a threshold.
 */
export async function judgeCalls(pool: SqlPool, now = new Date()): Promise<Found[]> {
  const touched = await pool.query<Touched>("calls_touched", "SELECT * FROM calls_touched()", []);
  const tenants = [...new Set(touched.map((one) => one.tenant_id))];
  const found: Found[] = [];
  for (let at = 0; at < tenants.length; at += BATCH) {
    const some = tenants.slice(at, at + BATCH);
    found.push(...(await judgeTenants(pool, some, touched, now)));
  }
  await pool.query("calls_judged", "SELECT calls_judged($1)", [now]);
  return found;
}

async function judgeTenants(
  pool: SqlPool,
  tenants: readonly string[],
  touched: readonly Touched[],
  now: Date,
): Promise<Found[]> {
  const book = await readRuleBook(pool, tenants);
  const extensions = new Map(tenants.map((tenant) => [tenant, [] as string[]]));
  for (const { tenant_id, extension_id } of touched) extensions.get(tenant_id)?.push(extension_id);
  const names = await nameSubjects(pool, tenants, [...extensions.values()].flat());
  const found: Found[] = [];
  for (const scope of scopes) {
    const asked = tenants.map((tenant) =>
      askedOf(book, scope, tenant, now, scope === "extension" ? (extensions.get(tenant) ?? []) : null),
    );
    for (const row of await measure(pool, scope, asked, now)) {
      const rule = book(row.tenant_id, { signal: row.signal, scope });
      const one = await judge({ pool, scope, now, names }, rule, row);
      if (one) found.push(one);
    }
  }
  return found;
}

const before = (now: Date, minutes: number): Date => new Date(now.getTime() - minutes * 60_000);

function askedOf(
  book: RuleBook,
  scope: RuleScope,
  tenant: string,
  now: Date,
  extensions: readonly string[] | null,
): Asked {
  const rules = signalsOf(scope).map((signal) => ({ signal, rule: book(tenant, { signal, scope }) }));
  const on = rules.filter(({ rule }) => rule.mode !== "off");
  const since = Object.fromEntries(on.map(({ signal, rule }) => [signal, before(now, rule.windowMinutes)]));
  return {
    tenant,
    extensions,
    since,
    earliest: new Date(Math.min(now.getTime(), ...Object.values(since).map(Number))),
  };
}

const measure = (pool: SqlPool, scope: RuleScope, asked: readonly Asked[], now: Date): Promise<Measured[]> =>
  pool.query<Measured>("call_measures", "SELECT * FROM call_measures($1, $2, $3)", [
    scope === "extension",
    JSON.stringify(asked),
    now,
  ]);

type With = Readonly<{ pool: SqlPool; scope: RuleScope; now: Date; names: Names }>;

async function judge({ pool, scope, now, names }: With, rule: Rule, row: Measured): Promise<Found | undefined> {
  if (!levelOf(rule, BigInt(row.value))) return undefined;
  const subject = names(row.tenant_id, row.extension_id);
  if (!subject) return undefined;
  // What belonged to an incident that is over is not held against the subject again.
  const over = await lastOver(pool, row.signal, subject.source, before(now, rule.windowMinutes));
  const left = over ? await measuredSince(pool, scope, row, over, now) : row;
  if (!left || !levelOf(rule, BigInt(left.value))) return undefined;
  const one: Measure = {
    signal: row.signal,
    scope,
    tenantId: row.tenant_id,
    extensionId: row.extension_id,
    ...subject,
    value: BigInt(left.value),
    calls: Number(left.calls),
    firstAt: left.first_at,
    lastAt: left.last_at,
  };
  const result = await hit(pool, rule, one, await subjectsOf(pool, one, before(now, rule.windowMinutes)));
  return { measure: one, rule, ...result };
}

async function lastOver(pool: SqlPool, kind: string, source: string, since: Date): Promise<Date | undefined> {
  const text = "SELECT closed_at FROM incidents_over($1)";
  const [row] = await pool.query<{ closed_at: Date }>("incidents_over", text, [
    JSON.stringify([{ kind, source, since }]),
  ]);
  return row?.closed_at;
}

async function measuredSince(
  pool: SqlPool,
  scope: RuleScope,
  row: Measured,
  since: Date,
  now: Date,
): Promise<Measured | undefined> {
  const extensions = row.extension_id ? [row.extension_id] : null;
  const asked = [{ tenant: row.tenant_id, earliest: since, extensions, since: { [row.signal]: since } }];
  return (await measure(pool, scope, asked, now))[0];
}

/** Whose it is, from where, and what was dialled. */
async function subjectsOf(pool: SqlPool, one: Measure, since: Date): Promise<Subject[]> {
  const text = "SELECT kind, value, n::int AS n FROM calls_touching($1, $2, $3)";
  const rows = await pool.query<{ kind: string; value: string; n: number }>("calls_touching", text, [
    one.tenantId,
    one.extensionId,
    since,
  ]);
  const who = one.extensionId
    ? { kind: "extension", value: one.source, of: one.tenantId, extension: one.extensionId, n: one.calls }
    : { kind: "tenant", value: one.source, of: one.tenantId, n: one.calls };
  return [who, ...rows];
}
