import { type HitResult, hit, type Measure, type Subject } from "@/server/domain/rules/hits";
import { againstPast, levelOf, type Past, unusualFrom } from "@/server/domain/rules/rule.rules";
import { type RuleBook, readRuleBook } from "@/server/domain/rules/rule-book";
import { incidentKindOf, type Rule, type RuleScope, standardRules } from "@/server/domain/rules/rule-kinds.schema";
import type { SqlPool } from "@/server/infra/db/pool";
import { heldFor } from "@/workers/rules/contain-by-rule";
import { measureDay, measureDays } from "@/workers/rules/day-measures";
import { type Caller, type Found, type Measured, type Names, nameSubjects } from "@/workers/rules/subjects";

/** Tenants of one question: each is answered within the patience of the pool. */
const BATCH = 100;
const scopes = ["extension", "tenant"] as const satisfies readonly RuleScope[];
const signalsOf = (scope: RuleScope) =>
  standardRules
    .filter((one) => one.of === "calls" && one.scope === scope && !one.againstPast)
    .map(({ signal }) => signal);

type Asked = Readonly<{
  tenant: string;
  earliest: Date;
  extensions: readonly string[] | null;
  since: Readonly<Record<string, Date>>;
}>;

/** Contains what a rule says should be; without it nothing is. */
export type Contain = (result: HitResult, measure: Measure) => Promise<void>;
/** @property days false leaves out what is measured over a day, which reads many calls. */
type Options = Readonly<{ now?: Date; contain?: Contain | undefined; days?: boolean }>;

/**
 * Measures what the calls of the last moments amount to and does what the rules say about it. Each call is weighed once and
 * once more when it is over; no sum is carried from one time to the next, so that being killed anywhere in between means only
 * that the same is measured once more.
 * @returns what was found over a threshold.
 */
export async function judgeCalls(
  pool: SqlPool,
  { now = new Date(), contain, days = true }: Options = {},
): Promise<Found[]> {
  const text = "SELECT tenant_id, extension_id FROM calls_touched()";
  const touched = await pool.query<Caller>("calls_touched", text, []);
  const tenants = [...new Set(touched.map((one) => one.tenant_id))];
  await pool.query("calls_weigh", "SELECT calls_weigh()", []);
  const found: Found[] = [];
  for (let at = 0; at < tenants.length; at += BATCH) {
    const some = new Set(tenants.slice(at, at + BATCH));
    const callers = days ? touched.filter(({ tenant_id }) => some.has(tenant_id)) : [];
    found.push(...(await judgeTenants({ pool, now, contain }, [...some], callers)));
  }
  await pool.query("calls_judged", "SELECT calls_judged($1)", [now]);
  return found;
}

async function judgeTenants(
  { pool, now, contain }: Pick<With, "pool" | "now" | "contain">,
  tenants: readonly string[],
  callers: readonly Caller[],
): Promise<Found[]> {
  const book = await readRuleBook(pool, tenants);
  const found: Found[] = [];
  for (const scope of scopes) {
    const asked = tenants.map((tenant) => askedOf(book, scope, tenant, now));
    const rows = await measure(pool, scope, asked, now);
    if (scope === "extension") rows.push(...(await measureDays(pool, book, callers, now)));
    const extensions = rows.flatMap(({ extension_id }) => extension_id ?? []);
    const names = await nameSubjects(pool, tenants, extensions);
    const explained = explainedBy(found, (one) => one.incidentId !== undefined);
    const stopped = explainedBy(found, (one) => one.contain === true);
    for (const row of rows) {
      const rule = book(row.tenant_id, { signal: row.signal, scope });
      const left = (of: ReadonlyMap<string, bigint>) => BigInt(row.value) - (of.get(keyOfRow(row)) ?? 0n);
      // One attack is one incident: what phones of the tenant have incidents of their own about is not the tenant's as well. But
      // an incident that stops nobody takes nothing off the measure of a rule that does.
      const stops = rule.action === "contain" && levelOf(rule, left(stopped)) === "critical";
      if (!stops && !levelOf(rule, left(explained))) continue;
      const one = await judge({ pool, scope, now, names, contain }, rule, row);
      if (one) found.push(one);
    }
  }
  return found;
}

/** What such findings amount to, by the tenant and the signal. */
function explainedBy(found: readonly Found[], is: (one: Found) => boolean): ReadonlyMap<string, bigint> {
  const sums = new Map<string, bigint>();
  for (const one of found) {
    const { tenantId: tenant_id, signal, value } = one.measure;
    const key = keyOfRow({ tenant_id, signal });
    if (is(one)) sums.set(key, (sums.get(key) ?? 0n) + value);
  }
  return sums;
}

const keyOfRow = ({ tenant_id, signal }: Pick<Measured, "tenant_id" | "signal">): string => `${tenant_id} ${signal}`;

const before = (now: Date, minutes: number): Date => new Date(now.getTime() - minutes * 60_000);

function askedOf(book: RuleBook, scope: RuleScope, tenant: string, now: Date): Asked {
  const rules = signalsOf(scope).map((signal) => ({ signal, rule: book(tenant, { signal, scope }) }));
  const on = rules.filter(({ rule }) => rule.mode !== "off");
  const since = Object.fromEntries(on.map(({ signal, rule }) => [signal, before(now, rule.windowMinutes)]));
  const earliest = new Date(Math.min(now.getTime(), ...Object.values(since).map(Number)));
  return { tenant, extensions: null, since, earliest };
}

const measure = (pool: SqlPool, scope: RuleScope, asked: readonly Asked[], now: Date): Promise<Measured[]> =>
  pool.query<Measured>("call_measures", "SELECT * FROM call_measures($1, $2, $3)", [
    scope === "extension",
    JSON.stringify(asked),
    now,
  ]);

type With = Readonly<{ pool: SqlPool; scope: RuleScope; now: Date; names: Names; contain: Contain | undefined }>;

async function judge(
  { pool, scope, now, names, contain }: With,
  said: Rule,
  row: Measured,
): Promise<Found | undefined> {
  const rule = row.past ? againstPast(said, row.past) : said;
  if (!levelOf(rule, BigInt(row.value))) return undefined;
  const subject = names(row.tenant_id, row.extension_id);
  if (!subject) return undefined;
  // What belonged to an incident that is over is not held against the subject again.
  const over = await lastOver(pool, incidentKindOf(row.signal), subject.source, before(now, rule.windowMinutes));
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
  const from = await containsFrom(pool, rule, one, now);
  const acting: Rule =
    rule.action === "contain_unusual" ? { ...rule, action: one.value < from ? "open" : "contain" } : rule;
  const result = await hit(pool, acting, one, await subjectsOf(pool, one, before(now, rule.windowMinutes)));
  if (contain && result?.contain && (await isDue({ pool, scope, now }, from, row, { result, one }))) {
    await contain(result, one);
  }
  return { measure: one, rule, ...result };
}

/** From how much on a rule that contains does so. */
async function containsFrom(
  pool: SqlPool,
  rule: Rule,
  { tenantId, extensionId, value }: Measure,
  now: Date,
): Promise<bigint> {
  // What is not critical is not compared with the past.
  if (rule.action !== "contain_unusual" || value < rule.critical) return rule.critical;
  const [past] = await pool.query<{ days: number; dearest: string }>(
    "extension_past",
    "SELECT days, dearest FROM extension_past($1, $2, $3)",
    [tenantId, extensionId, now],
  );
  const known: Past = { days: past?.days ?? 0, dearest: BigInt(past?.dearest ?? 0) };
  return unusualFrom(rule.critical, known);
}

/** A rule contains once. When somebody let go, it takes as much anew: rules do not fight people. */
async function isDue(
  { pool, scope, now }: Pick<With, "pool" | "scope" | "now">,
  from: bigint,
  row: Measured,
  { result, one }: Readonly<{ result: HitResult; one: Measure }>,
): Promise<boolean> {
  const held = await heldFor(pool, result.incidentId, one);
  if (!held) return true;
  if (held.releasedAt === null) return false;
  const anew = await measuredSince(pool, scope, row, held.releasedAt, now);
  return anew !== undefined && BigInt(anew.value) >= from;
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
  const { extension_id } = row;
  if (row.past && extension_id) return measureDay(pool, { ...row, extension_id }, since, now);
  const extensions = extension_id ? [extension_id] : null;
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
