import { isOver, nextStates } from "@/server/domain/incidents/incident.rules";
import type { IncidentState, Severity } from "@/server/domain/incidents/incident.schema";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { encodeLive, LIVE_CHANNEL } from "@/server/infra/live/bus";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId, UserId } from "@/server/kernel/ids";

export type IncidentOf = {
  readonly id: string;
  readonly number: string;
  readonly state: IncidentState;
  readonly severity: Severity;
  readonly source: string;
  readonly ownerId: string | null;
  readonly mergedInto: string | null;
};

/** Who works on it: a person, or the account of the command line, which can own nothing. */
export type Worker = { readonly name: string; readonly userId: UserId | null };

type Row = Omit<IncidentOf, "number"> & { number: bigint };
const shown = ({ number, ...row }: Row): IncidentOf => ({ ...row, number: String(number) });

/** Locks incidents in one order, so that two merges cannot wait for each other. */
async function lock(tx: TenantWrite, tenantId: TenantId, ids: readonly string[]): Promise<IncidentOf[]> {
  const rows = await tx.$queryRaw<Row[]>`
    SELECT id, number, state, severity, source, owner_id AS "ownerId", merged_into AS "mergedInto" FROM incident
    WHERE tenant_id = ${tenantId}::uuid AND id = ANY (${ids}::uuid[]) ORDER BY id FOR UPDATE`;
  return ids.map((id) => {
    const row = rows.find((found) => found.id === id);
    if (!row) throw new DomainError("not_found", { incidentId: id });
    return shown(row);
  });
}

/**
 * Locks an incident that stands for itself, in whatever state.
 * @throws DomainError not_found; invalid_state when it is part of another.
 */
export async function takeWhole(tx: TenantWrite, tenantId: TenantId, id: string): Promise<IncidentOf> {
  const [incident] = await lock(tx, tenantId, [id]);
  if (!incident) throw new DomainError("not_found", { incidentId: id });
  if (incident.mergedInto === null) return incident;
  const parent = await numberOf(tx, tenantId, incident.mergedInto);
  const sentence = `Incident ${incident.number} is part of ${parent}: work on that one, or take it out first.`;
  throw new DomainError("invalid_state", { incident: incident.number }, sentence);
}

async function numberOf(tx: TenantRead, tenantId: TenantId, id: string): Promise<string> {
  const row = await tx.incident.findUnique({ where: { tenantId_id: { tenantId, id } }, select: { number: true } });
  return String(row?.number ?? "");
}

type Line = Readonly<{ kind: string; body?: string | undefined; detail?: Record<string, string | number | null> }>;

/** Adds a line to the timeline, and tells open pages once it is committed. Whoever calls holds the incident's lock. @returns its number. */
export async function addLine(
  tx: TenantWrite,
  tenantId: TenantId,
  incidentId: string,
  actor: string,
  { kind, body = "", detail = {} }: Line,
): Promise<number> {
  const { lastLine } = await tx.incident.update({
    where: { tenantId_id: { tenantId, id: incidentId } },
    data: { lastLine: { increment: 1 } },
    select: { lastLine: true },
  });
  await tx.incidentLine.createMany({ data: [{ tenantId, incidentId, seq: lastLine, actor, kind, body, detail }] });
  await tx.$executeRaw`SELECT pg_notify(${LIVE_CHANNEL}, ${encodeLive({ tenantId, kind: "incidents" })})`;
  return lastLine;
}

type Opened = Readonly<{ title: string; severity: Severity; text?: string | undefined }>;

/** A person opens an incident by hand, and owns it. A repeat opens another one. */
export async function openIncident(
  tx: TenantWrite,
  tenantId: TenantId,
  { title, severity, text }: Opened,
  by: Worker,
): Promise<{ id: string; number: string }> {
  const [row] = await tx.$queryRaw<{ id: string; number: bigint }[]>`
    INSERT INTO incident (tenant_id, kind, title, severity, state, owner_id, first_at, last_at, acknowledged_at)
    VALUES (${tenantId}::uuid, 'manual', ${title}, ${severity}, 'open', ${by.userId}::uuid, now(), now(), now()) RETURNING id, number`;
  if (!row) throw new Error("the incident was not written");
  await addLine(tx, tenantId, row.id, by.name, { kind: "opened", body: text });
  return { id: row.id, number: String(row.number) };
}

/**
 * Somebody takes an incident: it is theirs, and open. A repeat by the same person changes nothing.
 * @throws DomainError not_found; invalid_state when it is over or part of another.
 */
export async function acknowledgeIncident(
  tx: TenantWrite,
  tenantId: TenantId,
  id: string,
  by: Worker,
): Promise<{ before: IncidentOf; after: IncidentOf }> {
  const before = await takeWhole(tx, tenantId, id);
  if (isOver(before.state)) throw wrongWay(before, "open");
  if (before.ownerId === by.userId && before.state !== "triage") return { before, after: before };
  const state = before.state === "triage" ? ("open" as const) : before.state;
  await tx.$executeRaw`
    UPDATE incident SET state = ${state}, owner_id = coalesce(${by.userId}::uuid, owner_id), acknowledged_at = coalesce(acknowledged_at, clock_timestamp())
    WHERE tenant_id = ${tenantId}::uuid AND id = ${id}::uuid`;
  await addLine(tx, tenantId, id, by.name, { kind: "acknowledged" });
  return { before, after: { ...before, state, ownerId: by.userId ?? before.ownerId } };
}

/** Why an incident cannot become that now, and what it can become. */
export const wrongWay = ({ number, state }: IncidentOf, to: IncidentState) => {
  const ways = nextStates(state);
  const sentence = `Incident ${number} is ${state}; from there it can become ${ways.join(" or ")}, not ${to}.`;
  return new DomainError("invalid_state", { incident: number, state }, sentence);
};

/** Sets how bad it is; signals may still raise it. A repeat changes nothing. @throws DomainError not_found; invalid_state when it is over or part of another. */
export async function setSeverity(
  tx: TenantWrite,
  tenantId: TenantId,
  { incidentId, severity }: Readonly<{ incidentId: string; severity: Severity }>,
  by: Worker,
): Promise<{ before: IncidentOf; after: IncidentOf }> {
  const before = await takeActive(tx, tenantId, incidentId);
  if (before.severity === severity) return { before, after: before };
  await tx.$executeRaw`
    UPDATE incident SET severity = ${severity} WHERE tenant_id = ${tenantId}::uuid AND id = ${incidentId}::uuid`;
  const detail = { from: before.severity, to: severity };
  await addLine(tx, tenantId, incidentId, by.name, { kind: "severity", detail });
  return { before, after: { ...before, severity } };
}

/**
 * Gives an incident to somebody with a seat here, or to nobody.
 * @throws DomainError not_found; invalid_state when it is over or part of another; invalid_input for a person without a seat.
 */
export async function assignIncident(
  tx: TenantWrite,
  tenantId: TenantId,
  { incidentId, ownerId }: Readonly<{ incidentId: string; ownerId: string | null }>,
  by: Worker,
): Promise<{ before: IncidentOf; after: IncidentOf }> {
  const before = await takeActive(tx, tenantId, incidentId);
  if (before.ownerId === ownerId) return { before, after: before };
  if (
    ownerId !== null &&
    !(await tx.seat.findFirst({ where: { tenantId, userId: ownerId }, select: { role: true } }))
  ) {
    throw new DomainError("invalid_input", { field: "ownerId" }, "Only somebody with a seat here can own an incident.");
  }
  await tx.$executeRaw`
    UPDATE incident SET owner_id = ${ownerId}::uuid WHERE tenant_id = ${tenantId}::uuid AND id = ${incidentId}::uuid`;
  await addLine(tx, tenantId, incidentId, by.name, { kind: "owner", detail: { from: before.ownerId, to: ownerId } });
  return { before, after: { ...before, ownerId } };
}

/** Locks an incident that is going on and stands for itself. @throws DomainError not_found; invalid_state for any other. */
export async function takeActive(tx: TenantWrite, tenantId: TenantId, id: string): Promise<IncidentOf> {
  const incident = await takeWhole(tx, tenantId, id);
  if (!isOver(incident.state)) return incident;
  const sentence = `Incident ${incident.number} is ${incident.state}; open it again first.`;
  throw new DomainError("invalid_state", { incident: incident.number, state: incident.state }, sentence);
}

/** Adds a comment to the timeline, also of one that is over. A repeat adds another. @throws DomainError not_found. */
export async function commentIncident(
  tx: TenantWrite,
  tenantId: TenantId,
  { incidentId, text }: Readonly<{ incidentId: string; text: string }>,
  by: Worker,
): Promise<IncidentOf> {
  const [incident] = await lock(tx, tenantId, [incidentId]);
  if (!incident) throw new DomainError("not_found", { incidentId });
  await addLine(tx, tenantId, incidentId, by.name, { kind: "comment", body: text });
  return incident;
}

export type Merged = Readonly<{ incident: IncidentOf; into: IncidentOf }>;

/**
 * Makes an incident part of another: its signals count there from now on, and both keep their own timeline. What was
 * merged into it before goes along, so that an incident is never part of one that is part of a third. A repeat changes nothing.
 * @throws DomainError not_found; invalid_input for itself; invalid_state when either is over, or part of another already.
 */
export async function mergeIncident(
  tx: TenantWrite,
  tenantId: TenantId,
  { incidentId, intoIncidentId }: Readonly<{ incidentId: string; intoIncidentId: string }>,
  by: Worker,
): Promise<Merged> {
  if (incidentId === intoIncidentId) {
    throw new DomainError("invalid_input", { field: "intoIncidentId" }, "An incident cannot be merged into itself.");
  }
  const [incident, into] = await lock(tx, tenantId, [incidentId, intoIncidentId]);
  if (!incident || !into) throw new DomainError("not_found", { incidentId });
  if (incident.mergedInto === into.id) return { incident, into };
  for (const one of [incident, into]) {
    if (one.mergedInto !== null) {
      const parent = await numberOf(tx, tenantId, one.mergedInto);
      const sentence = `Incident ${one.number} is part of ${parent} already.`;
      throw new DomainError("invalid_state", { incident: one.number }, sentence);
    }
    if (isOver(one.state)) {
      const sentence = `Incident ${one.number} is ${one.state}; only what is going on can be merged.`;
      throw new DomainError("invalid_state", { incident: one.number, state: one.state }, sentence);
    }
  }
  await tx.$executeRaw`
    UPDATE incident SET merged_into = ${into.id}::uuid
    WHERE tenant_id = ${tenantId}::uuid AND (id = ${incident.id}::uuid OR merged_into = ${incident.id}::uuid)`;
  await addLine(tx, tenantId, incident.id, by.name, { kind: "merged", detail: { into: into.number } });
  await addLine(tx, tenantId, into.id, by.name, { kind: "took_in", detail: { incident: incident.number } });
  return { incident: { ...incident, mergedInto: into.id }, into };
}

/**
 * Takes an incident out of the one it was merged into. A repeat changes nothing.
 * @throws DomainError not_found.
 */
export async function unmergeIncident(
  tx: TenantWrite,
  tenantId: TenantId,
  incidentId: string,
  by: Worker,
): Promise<{ incident: IncidentOf; from: string | null }> {
  const [incident] = await lock(tx, tenantId, [incidentId]);
  if (!incident) throw new DomainError("not_found", { incidentId });
  if (incident.mergedInto === null) return { incident, from: null };
  const parentId = incident.mergedInto;
  const from = await numberOf(tx, tenantId, parentId);
  await tx.$executeRaw`
    UPDATE incident SET merged_into = NULL WHERE tenant_id = ${tenantId}::uuid AND id = ${incidentId}::uuid`;
  await addLine(tx, tenantId, incidentId, by.name, { kind: "unmerged", detail: { from } });
  await addLine(tx, tenantId, parentId, by.name, { kind: "let_go", detail: { incident: incident.number } });
  return { incident: { ...incident, mergedInto: null }, from };
}
