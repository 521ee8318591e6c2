import { type AtRisk, hit, type Measure, type Subject } from "@/server/domain/rules/hits";
import { levelOf } from "@/server/domain/rules/rule.rules";
import { readRuleBook } from "@/server/domain/rules/rule-book";
import { type RuleKey, standardOf, standardRules } from "@/server/domain/rules/rule-kinds.schema";
import type { SqlPool } from "@/server/infra/db/pool";
import type { BanNetwork } from "@/workers/rules/ban-by-rule";
import { type Found, type Names, nameSubjects } from "@/workers/rules/subjects";

/** Subjects of one sweep, and events of one tenant's trail: what is left waits for the next. */
const MOST_SUBJECTS = 500;
const MOST_EVENTS = 5_000;
const HEALING_MS = 60_000 * (standardOf("difference", "tenant")?.openMinutes ?? 0);

type Fresh = { tenant_id: string; kind: string; source: string; last_at: Date; minutes: unknown };
type Sum = { tenant_id: string; kind: string; source: string; value: string; counted: string; first_at: Date } & {
  [K in keyof AtRisk]: AtRisk[K] | null;
};

const countedRules = new Map(
  standardRules.filter(({ of }) => of === "counted").map(({ signal, scope }) => [signal as string, { signal, scope }]),
);
const id = (row: Readonly<{ tenant_id: string; kind: string; source: string }>) =>
  `${row.tenant_id} ${row.kind} ${row.source}`;

/** `ban`: bans the network of a rule that says so; without it none is. */
type Options = Readonly<{ now?: Date; ban?: BanNetwork | undefined }>;

/**
 * Looks at what was counted since the last time and does what the rules say about it. A counter is marked as judged in the
 * transaction that judges it, so that being killed repeats nothing.
 * @returns what was found over a threshold.
 */
export async function judgeCounters(pool: SqlPool, { now = new Date(), ban }: Options = {}): Promise<Found[]> {
  await pool.query("signals_of_audit", "SELECT signals_of_audit($1)", [MOST_EVENTS]);
  const before = new Date(now.getTime() - HEALING_MS);
  await pool.query("differences_signalled", "SELECT differences_signalled($1)", [before]);
  const fresh = await pool.query<Fresh>("signals_fresh", "SELECT * FROM signals_fresh($1)", [MOST_SUBJECTS]);
  if (fresh.length === 0) return [];
  const tenants = [...new Set(fresh.map((row) => row.tenant_id))];
  const book = await readRuleBook(pool, tenants);
  const extensions = fresh.flatMap(({ kind, source }) =>
    countedRules.get(kind)?.scope === "extension" ? [source] : [],
  );
  const names = await nameSubjects(pool, tenants, extensions);
  const sums = await sumsOf(pool, fresh, names, now, (tenant, key) => book(tenant, key).windowMinutes);
  const found: Found[] = [];
  const quiet: Fresh[] = [];
  for (const row of fresh) {
    const key = countedRules.get(row.kind);
    const sum = sums.get(id(row));
    const measure = key && sum && measureOf(row, sum, key, names);
    const rule = key && book(row.tenant_id, key);
    if (!rule || !sum || !measure || !levelOf(rule, measure.value)) {
      quiet.push(row);
      continue;
    }
    const result = await hit(
      pool,
      rule,
      measure,
      subjectsOf(measure, Number(key.signal === "difference" ? sum.counted : sum.value)),
    );
    found.push({ measure, rule, ...result });
    if (ban && result && rule.action === "ban" && levelOf(rule, measure.value) === "critical") {
      const { signal, source: network, value } = measure;
      const { windowMinutes, critical } = rule;
      await ban({ incidentId: result.incidentId, signal, network, value, windowMinutes, critical });
    }
  }
  const judged = quiet.map((row) => ({
    tenant: row.tenant_id,
    kind: row.kind,
    source: row.source,
    minutes: row.minutes,
  }));
  if (judged.length > 0) await pool.query("signals_judged", "SELECT signals_judged($1)", [JSON.stringify(judged)]);
  return found;
}

async function sumsOf(
  pool: SqlPool,
  fresh: readonly Fresh[],
  names: Names,
  now: Date,
  windowOf: (tenant: string, key: RuleKey) => number,
): Promise<Map<string, Sum>> {
  const known = fresh.flatMap((row) => {
    const key = countedRules.get(row.kind);
    if (!key) return [];
    const since = new Date(now.getTime() - windowOf(row.tenant_id, key) * 60_000);
    return [{ row, since, source: sourceOf(row, key, names) }];
  });
  const overs = await pool.query<{ kind: string; source: string; closed_at: Date }>(
    "incidents_over_of",
    "SELECT kind, source, closed_at FROM incidents_over($1)",
    [JSON.stringify(known.map(({ row, since, source }) => ({ kind: row.kind, source, since })))],
  );
  const overOf = new Map(overs.map((one) => [`${one.kind} ${one.source}`, one.closed_at]));
  const asked = known.map(({ row, since, source }) => ({
    tenant: row.tenant_id,
    kind: row.kind,
    source: row.source,
    since,
    over: overOf.get(`${row.kind} ${source}`) ?? null,
  }));
  const sums = await pool.query<Sum>("signal_sums", "SELECT * FROM signal_sums($1)", [JSON.stringify(asked)]);
  return new Map(sums.map((row) => [id(row), row]));
}

/** How the incident names it; empty for whom there is no longer anybody. */
const sourceOf = (row: Fresh, { scope }: RuleKey, names: Names): string =>
  scope === "network" ? row.source : (names(row.tenant_id, scope === "extension" ? row.source : null)?.source ?? "");

function measureOf(row: Fresh, sum: Sum, key: RuleKey, names: Names): Measure | undefined {
  const extensionId = key.scope === "extension" ? row.source : null;
  const subject = key.scope === "network" ? undefined : names(row.tenant_id, extensionId);
  const source = sourceOf(row, key, names);
  if (source === "") return undefined;
  return {
    ...key,
    tenantId: row.tenant_id,
    extensionId,
    source,
    about: key.scope === "network" ? row.source : subject?.isOperator ? "" : (subject?.about ?? ""),
    value: BigInt(sum.value),
    calls: 0,
    firstAt: sum.first_at,
    lastAt: row.last_at,
    counter: row.source,
    open: atRiskOf(sum),
  };
}

const atRiskOf = ({ open, risk, currency }: Sum): AtRisk | undefined =>
  open === null || risk === null || currency === null ? undefined : { open, risk, currency };

function subjectsOf({ scope, source, tenantId, extensionId }: Measure, n: number): Subject[] {
  if (scope === "network") return [{ kind: "address", value: source, n }];
  if (extensionId) return [{ kind: "extension", value: source, of: tenantId, extension: extensionId, n }];
  return [{ kind: "tenant", value: source, of: tenantId, n }];
}
