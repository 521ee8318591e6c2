import type { HitResult, Measure } from "@/server/domain/rules/hits";
import type { Past } from "@/server/domain/rules/rule.rules";
import type { Rule, Signal } from "@/server/domain/rules/rule-kinds.schema";
import type { SqlPool } from "@/server/infra/db/pool";

export type Caller = Readonly<{ tenant_id: string; extension_id: string }>;

/** What the calls of a tenant or of one of its extensions amount to, as the database says it. */
export type Measured = {
  tenant_id: string;
  extension_id: string | null;
  signal: Signal;
  value: string;
  calls: string;
  first_at: Date;
  last_at: Date;
  /** Of what is against the past: what it was. */
  past?: Past;
};

/** A measure that was over a threshold of its rule, and the incident that it belongs to where there is one. */
export type Found = Readonly<{ measure: Measure; rule: Rule } & Partial<HitResult>>;

type Named = Readonly<{ source: string; about: string; isOperator: boolean }>;
/** @returns undefined for whom there is no longer anybody. */
export type Names = (tenantId: string, extensionId: string | null) => Named | undefined;

type Row = {
  tenant_id: string;
  slug: string;
  name: string;
  kind: string;
  extension_id: string | null;
  number: string | null;
  sip_username: string | null;
};

/** How incidents name these tenants and extensions. */
export async function nameSubjects(
  pool: SqlPool,
  tenants: readonly string[],
  extensions: readonly string[],
): Promise<Names> {
  const text = "SELECT * FROM rule_subjects($1::uuid[], $2::uuid[])";
  const rows = await pool.query<Row>("rule_subjects", text, [tenants, extensions]);
  const byTenant = new Map(rows.map((row) => [row.tenant_id, row]));
  const byExtension = new Map(rows.flatMap((row) => (row.extension_id ? [[row.extension_id, row] as const] : [])));
  return (tenantId, extensionId) => {
    const row = extensionId === null ? byTenant.get(tenantId) : byExtension.get(extensionId);
    if (!row) return undefined;
    const isOperator = row.kind === "operator";
    if (extensionId === null) return { source: row.slug, about: row.name, isOperator };
    return { source: row.sip_username ?? "", about: `${row.name}, extension ${row.number}`, isOperator };
  };
}
