import { z } from "zod";
import { handLine } from "@/server/domain/incidents/by-hand-words";

import { incidentId } from "@/server/domain/incidents/incident.schema";
import { kindsOf, type LineGroup, lineGroups } from "@/server/domain/incidents/timeline-kinds.schema";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";

export type TimelineLine = {
  readonly seq: number;
  readonly at: Date;
  /** A name; "Ringfence" for the system's own. */
  readonly actor: string;
  readonly kind: string;
  readonly body: string;
  readonly detail: Readonly<Record<string, unknown>>;
};

export type Timeline = Readonly<{
  /** In the order in which they were written. */
  lines: readonly TimelineLine[];
  /** Whether there are older ones. */
  older: boolean;
}>;

export const timelineSchema = z.object({
  incidentId,
  of: z.enum(lineGroups as [LineGroup, ...LineGroup[]]).optional(),
  /** Only what was written before this line. */
  before: z.number().int().min(1).max(2_147_483_647).optional(),
});
type Asked = Omit<z.output<typeof timelineSchema>, "incidentId">;

const MOST_LINES = 200;

/** The newest lines of an incident's timeline, 200 at most: of all, or of a group, or before one of them. */
export async function timelineOf(
  tx: TenantRead,
  tenantId: TenantId,
  id: string,
  { of, before }: Asked = {},
): Promise<Timeline> {
  const rows = await tx.$queryRaw<TimelineLine[]>`
    SELECT l.seq, l.at, CASE WHEN l.actor = 'system' THEN 'Ringfence' ELSE coalesce(nullif(p.name, ''), p.email, l.actor) END AS actor, l.kind, l.body, l.detail
    FROM incident_line l LEFT JOIN person p ON p.id::text = l.actor
    WHERE l.tenant_id = ${tenantId}::uuid AND l.incident_id = ${id}::uuid
      AND (${before ?? null}::int IS NULL OR l.seq < ${before ?? null}::int)
      AND (${of ?? null}::text IS NULL OR l.kind = ANY (${of ? [...kindsOf(of)] : []}::text[]))
    ORDER BY l.seq DESC LIMIT ${MOST_LINES + 1}`;
  return { lines: rows.slice(0, MOST_LINES).reverse().map(inWords), older: rows.length > MOST_LINES };
}

/** What a failed step left is lines for whoever reads it; what people wrote stays as they wrote it. */
const inWords = (line: TimelineLine): TimelineLine =>
  line.kind === "contain_failed" ? { ...line, body: line.body.split("\n").map(handLine).join("\n") } : line;

/** The same, of an incident that may be none. @throws DomainError not_found. */
export async function readTimeline(
  tx: TenantRead,
  tenantId: TenantId,
  { incidentId: id, ...asked }: z.output<typeof timelineSchema>,
): Promise<Timeline> {
  const found = await tx.incident.count({ where: { tenantId, id } });
  if (found === 0) throw new DomainError("not_found", { incidentId: id });
  return timelineOf(tx, tenantId, id, asked);
}
