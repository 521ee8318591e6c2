import type { Payer } from "@/server/domain/billing/movements";
import { mayPostAlone } from "@/server/domain/billing/top-up-approval";
import type { LineProblem, TenantFile, TenantLine } from "@/server/domain/onboarding/tenant-file";
import { homeCountries } from "@/server/domain/tenancy/tenants";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";
import { decimalOf } from "@/server/kernel/money";

/** A row with everything that it is made of. */
export type PlannedTenant = Readonly<{
  line: number;
  key: string;
  name: string;
  slug: string;
  adminEmail: string;
  planId: string | null;
  planName: string | null;
  creditMicros: bigint;
  currency: string;
  timeZone: string;
  country: string;
  kind: "customer" | "reseller";
  dailyCap: bigint | null;
  monthlyCap: bigint | null;
  maxCalls: number | null;
}>;

export type TenantPlan = Readonly<{
  rows: readonly PlannedTenant[];
  problems: readonly LineProblem[];
  /** Rows that an earlier file made, by their key: they are left alone. */
  madeBefore: number;
  money: Readonly<{
    currency: string;
    /** What the rows that can be made cost together. */
    creditMicros: bigint;
    /** One's own money that nothing holds, without credit: that is what may be given on. null for the operator, whose wallet stays as it is. */
    beforeMicros: bigint | null;
    afterMicros: bigint | null;
  }>;
}>;

type Own = Readonly<{ kind: string; currency: string; timeZone: string; country: string; available: bigint }>;
type Plan = Readonly<{ id: string; name: string; currency: string }>;
type Known = Readonly<{
  own: Own;
  plans: ReadonlyMap<string, Plan>;
  countries: ReadonlySet<string>;
  taken: ReadonlySet<string>;
  limit: bigint;
}>;

/**
 * Holds what was read against what there is: plans, short names, countries, what one person may post alone. Sums what it does to
 * the wallet of whoever imports. Another may take a short name afterwards, so what makes a row looks again.
 * @param approvalLimit what the operator posts above it wants a second person; micros.
 */
export async function planTenants(
  tx: TenantRead,
  tenantId: TenantId,
  file: TenantFile,
  approvalLimit: bigint,
): Promise<TenantPlan> {
  const before = await tx.tenantImportRow.findMany({
    where: { tenantId, state: "made", key: { in: file.rows.map(({ key }) => key) } },
    select: { key: true },
  });
  const made = new Set(before.map(({ key }) => key));
  const lines = file.rows.filter(({ key }) => !made.has(key));
  const known = await readKnown(tx, tenantId, lines, approvalLimit);
  const rows: PlannedTenant[] = [];
  const problems: LineProblem[] = [...file.problems];
  const columnOf = (field: string) => file.columns.find((column) => column.field === field)?.column ?? field;
  for (const line of lines) {
    const found = problemOf(line, known);
    if (found) problems.push({ line: line.line, ...found, column: columnOf(found.column) });
    else rows.push(plannedOf(line, known));
  }
  const { own } = known;
  const creditMicros = rows.reduce((sum, row) => sum + row.creditMicros, 0n);
  const pays = own.kind !== "operator";
  return {
    rows,
    problems: problems.sort((a, b) => a.line - b.line),
    madeBefore: file.rows.length - lines.length,
    money: {
      currency: own.currency,
      creditMicros,
      beforeMicros: pays ? own.available : null,
      afterMicros: pays ? own.available - creditMicros : null,
    },
  };
}

/**
 * What is asked before a file's tenants are made: that its credit together is there, and no more than one person may post alone, with what
 * they posted in the last 24 hours, so that no file stops half way unless more is posted meanwhile. Locks as checkInitialCredit.
 * @throws DomainError insufficient_funds; invalid_input for the operator above the limit.
 */
export async function checkCreditOfAll(
  tx: TenantWrite,
  payer: Payer,
  { rows, money }: TenantPlan,
  by: Readonly<{ actor: string; limit: bigint }>,
): Promise<void> {
  const { creditMicros, afterMicros } = money;
  if (creditMicros === 0n) return;
  if (afterMicros !== null && afterMicros < 0n) {
    throw new DomainError("insufficient_funds", { missing: decimalOf(-afterMicros) });
  }
  // Each asks for a lock: in one order, so that two files do not wait for each other.
  const currencies = [...new Set(rows.map((row) => row.currency))].sort();
  let fits = true;
  for (const currency of currencies) {
    const amount = rows.reduce((sum, row) => sum + (row.currency === currency ? row.creditMicros : 0n), 0n);
    fits &&= await mayPostAlone(tx, payer, { amount, currency }, by);
  }
  if (fits) return;
  const sentence =
    "The credit of this file, with what was posted in the last 24 hours, is more than one person may post alone: make the tenants without it, then top them up.";
  throw new DomainError("invalid_input", { field: "csv" }, sentence);
}

async function readKnown(
  tx: TenantRead,
  tenantId: TenantId,
  lines: readonly TenantLine[],
  limit: bigint,
): Promise<Known> {
  const [own] = await tx.$queryRaw<Own[]>`
    SELECT t.kind, t.currency, t.time_zone AS "timeZone", t.country,
      coalesce(w.posted_micros - w.held_micros, 0) AS available
    FROM tenant t LEFT JOIN wallet w ON w.tenant_id = t.id AND w.currency = t.currency WHERE t.id = ${tenantId}::uuid`;
  if (!own) throw new DomainError("not_found");
  const plans = await tx.$queryRaw<Plan[]>`SELECT id, name, currency FROM plan WHERE tenant_id = ${tenantId}::uuid`;
  // Absent and somebody else's alike: a short name is one in the whole house.
  const taken = await tx.$queryRaw<{ slug: string }[]>`
    SELECT s AS slug FROM unnest(${lines.map(({ slug }) => slug)}::text[]) s WHERE tenant_by_slug(s) IS NOT NULL`;
  return {
    own,
    limit,
    plans: new Map(plans.map((plan) => [plan.name.toLowerCase(), plan])),
    countries: new Set(homeCountries().map(({ code }) => code)),
    taken: new Set(taken.map(({ slug }) => slug)),
  };
}

type Found = Omit<LineProblem, "line">;

function problemOf(line: TenantLine, { own, plans, countries, taken, limit }: Known): Found | undefined {
  const currency = line.currency ?? own.currency;
  const plan = line.plan === undefined ? undefined : plans.get(line.plan.toLowerCase());
  const credit = decimalOf(line.initialCredit).replace(/\.?0+$/, "");
  if (taken.has(line.slug)) return { column: "slug", value: line.slug, reason: "It is in use already." };
  if (line.country !== undefined && !countries.has(line.country)) {
    return { column: "country", value: line.country, reason: "There is no such country; use two letters such as DE." };
  }
  if (line.plan !== undefined && !plan)
    return { column: "plan", value: line.plan, reason: "You have no plan of that name." };
  if (plan && plan.currency !== currency) {
    return { column: "plan", value: plan.name, reason: `The plan is in ${plan.currency}, the tenant in ${currency}.` };
  }
  if (line.initialCredit > 0n && own.kind !== "operator" && currency !== own.currency) {
    return {
      column: "initialCredit",
      value: credit,
      reason: `Credit can be given in your own currency only (${own.currency}).`,
    };
  }
  if (own.kind === "operator" && line.initialCredit > limit) {
    const reason = "That is more than one person may post alone: begin with less, then top it up.";
    return { column: "initialCredit", value: credit, reason };
  }
  return undefined;
}

function plannedOf(line: TenantLine, { own, plans }: Known): PlannedTenant {
  const plan = line.plan === undefined ? undefined : plans.get(line.plan.toLowerCase());
  return {
    line: line.line,
    key: line.key,
    name: line.name,
    slug: line.slug,
    adminEmail: line.adminEmail,
    planId: plan?.id ?? null,
    planName: plan?.name ?? null,
    creditMicros: line.initialCredit,
    currency: line.currency ?? own.currency,
    timeZone: line.timeZone ?? own.timeZone,
    country: line.country ?? own.country,
    kind: line.kind ?? "customer",
    dailyCap: line.dailyCap ?? null,
    monthlyCap: line.monthlyCap ?? null,
    maxCalls: line.maxCalls ?? null,
  };
}
