import { change } from "@/server/domain/audit/change";
import { startContainment } from "@/server/domain/incidents/containments";
import type { HitResult, Measure } from "@/server/domain/rules/hits";
import type { Db } from "@/server/infra/db/client";
import type { SqlPool } from "@/server/infra/db/pool";
import type { ExtensionId, TenantId } from "@/server/kernel/ids";

/** Since when a subject is contained for an incident; released: somebody let go of it at that moment. */
export type Held = Readonly<{ releasedAt: Date | null }>;

/** Whether this subject was contained for this incident before, by a rule or by a person. */
export async function heldFor(
  pool: SqlPool,
  incidentId: string,
  { tenantId, extensionId }: Measure,
): Promise<Held | undefined> {
  const text = "SELECT released_at FROM rule_containment($1, $2, $3)";
  const [row] = await pool.query<{ released_at: Date | null }>("rule_containment", text, [
    incidentId,
    tenantId,
    extensionId,
  ]);
  return row && { releasedAt: row.released_at };
}

/**
 * Contains the subject of a measure for its incident: new calls are refused from now on, live ones are ended, people are told.
 * Its secret, its registrations and its addresses stay, so that its phone still reaches emergency numbers; a person decides about those.
 * A repeat joins the containment there is.
 */
export async function containByRule(
  { db, operatorId }: Readonly<{ db: Db; operatorId: TenantId }>,
  { incidentId }: Pick<HitResult, "incidentId">,
  { signal, scope, tenantId, extensionId, source }: Measure,
): Promise<void> {
  const actor = { kind: "job", id: "rule.contain", requestId: incidentId } as const;
  const target = { tenantId: tenantId as TenantId, extensionId: extensionId as ExtensionId | null };
  await change(db, { tenantId: operatorId, actor, action: "incident.contain" }, async (tx) => {
    const asked = {
      incidentId,
      target,
      skip: ["rotate", "contacts", "sources"] as const,
      note: `By the rule ${signal} per ${scope}.`,
    };
    const { incident, subject } = await startContainment(tx, operatorId, asked, { name: "system", userId: null });
    return {
      subject: `incident:${incidentId}`,
      after: { incident, subject, rule: `${signal} per ${scope}`, source },
      alsoFor: target.tenantId === operatorId ? [] : [target.tenantId],
      result: undefined,
    };
  });
}
