import { listPolicies } from "@/server/domain/retention/policies";
import { classWords, type RetentionClass } from "@/server/domain/retention/retention-kinds.schema";
import type { Sql } from "@/server/infra/db/sql";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import type { TenantId } from "@/server/kernel/ids";

export type Section = Readonly<{
  name: string;
  /** Why it is there: a class of retention, the law on accounts, or because it is in use. */
  keeps: RetentionClass | "money" | "service";
  query: Sql;
}>;

export type Kept = Readonly<{ section: string; rows: number; more: boolean; why: string; goes: string }>;

/** More of one kind than this belongs to no person; the file says that there is more. */
const MOST = 100_000;

/**
 * Everything that is known about somebody, as JSON lines, one section after the other; then a line for each section that says
 * why it is there and when it goes: the answer to "delete it". Reads all sections in one transaction, so they agree.
 * @param personId whose own rows may be read, when it is a person.
 * @yields text of whole lines.
 * @returns what the last lines say.
 */
export async function* subjectFile(
  tx: TenantRead,
  operator: TenantId,
  sections: readonly Section[],
  personId?: string,
): AsyncGenerator<string, readonly Kept[]> {
  // Row security shows sessions to their person only.
  if (personId !== undefined) await tx.$queryRaw`SELECT set_config('app.user_id', ${personId}, true)`;
  const policies = new Map((await listPolicies(tx, operator)).map((policy) => [policy.class, policy]));
  const kept: Kept[] = [];
  for (const { name, keeps, query } of sections) {
    const rows = await tx.$queryRaw<object[]>(query);
    for (const row of rows.slice(0, MOST)) yield line({ section: name, ...row });
    if (rows.length === 0) continue;
    kept.push({
      section: name,
      rows: Math.min(rows.length, MOST),
      more: rows.length > MOST,
      ...reasonOf(keeps, policies),
    });
  }
  for (const { section, ...why } of kept) yield line({ section: "kept", of: section, ...why });
  return kept;
}

type Policies = ReadonlyMap<RetentionClass, Readonly<{ action: string; days: number }>>;

function reasonOf(keeps: Section["keeps"], policies: Policies): Pick<Kept, "why" | "goes"> {
  if (keeps === "money") return { why: "the law on accounts wants records of money for years", goes: "not" };
  if (keeps === "service") return { why: "it is in use", goes: "when it is deleted" };
  const policy = policies.get(keeps);
  const { name, floor } = classWords[keeps];
  if (!policy || policy.action === "keep")
    return { why: `policy of ${name}`, goes: "not, unless a tenant's own policy says so" };
  const how = policy.action === "pseudonymise" ? "loses its numbers" : "goes";
  return {
    why: `${name}: ${floor}`,
    goes: `${how} after ${policy.days} days, unless it is held or a tenant's own policy says otherwise`,
  };
}

const line = (value: object): string =>
  `${JSON.stringify(value, (_key, inner: unknown) => (typeof inner === "bigint" ? String(inner) : inner))}\n`;
