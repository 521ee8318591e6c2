import type { ContainStep, OptionalStep } from "@/server/domain/incidents/containment.schema";
import { containSteps } from "@/server/domain/incidents/containment.schema";
import type { IncidentState } from "@/server/domain/incidents/incident.schema";
import { addLine, takeActive, type Worker } from "@/server/domain/incidents/incidents";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { ExtensionId, TenantId } from "@/server/kernel/ids";
import { enqueue } from "@/server/queue/outbox";

/** All of a tenant, or one phone of it. */
export type Target = Readonly<{ tenantId: TenantId; extensionId: ExtensionId | null }>;

export type Contain = Readonly<{
  incidentId: string;
  /** Without one: the one extension that the incident touches. */
  target?: Target | undefined;
  /** Numbers of E.164 that begin so are blocked for the whole tenant. */
  prefixes?: readonly string[];
  skip?: readonly OptionalStep[];
  /** Why, for the timeline. */
  note?: string | undefined;
}>;

export type Contained = Readonly<{
  id: string;
  incidentId: string;
  incident: string;
  target: Target;
  /** As people name it. */
  subject: string;
  /** Somebody contained the same thing for the same incident before; what was asked beyond that was added. */
  joined: boolean;
}>;

/**
 * Contains a tenant or an extension for an incident: new calls are refused from the commit on, emergency numbers excepted,
 * and a job does the other steps, each by itself. Whoever asks for the same joins. Two incidents that contain the same thing
 * each hold it. Locks the incident, then the tenant. The transaction acts for the operator.
 * @param by who decided; `{ name: "system", userId: null }` for a rule.
 * @throws DomainError not_found; not_below; invalid_state when the incident is over or part of another; invalid_input when
 * no target is named and the incident does not touch exactly one extension.
 */
export async function startContainment(
  tx: TenantWrite,
  tenantId: TenantId,
  { incidentId, target, prefixes = [], skip = [], note = "" }: Contain,
  by: Worker,
): Promise<Contained> {
  const incident = await takeActive(tx, tenantId, incidentId);
  const of = target ?? (await onlyExtension(tx, tenantId, incidentId));
  const [row] = await tx.$queryRaw<{ id: string; joined: boolean; subject: string }[]>`
    SELECT * FROM containment_start(${incidentId}::uuid, ${of.tenantId}::uuid, ${of.extensionId}::uuid, ${[...prefixes]}::text[],
      ${[...containSteps]}::text[], ${[...skip]}::text[], ${note}, ${by.name})`;
  if (!row) throw new Error("the containment was not written");
  await tx.$executeRaw`
    UPDATE incident SET state = CASE state WHEN 'triage' THEN CASE WHEN ${by.userId}::uuid IS NULL THEN state ELSE 'open' END ELSE state END,
      owner_id = coalesce(owner_id, ${by.userId}::uuid),
      acknowledged_at = CASE WHEN ${by.userId}::uuid IS NULL THEN acknowledged_at ELSE coalesce(acknowledged_at, clock_timestamp()) END
    WHERE tenant_id = ${tenantId}::uuid AND id = ${incidentId}::uuid`;
  const detail = { subject: row.subject, joined: row.joined ? 1 : 0, prefixes: prefixes.join(" ") };
  await addLine(tx, tenantId, incidentId, by.name, { kind: "contain", body: note, detail });
  await enqueue(tx, tenantId, "containIncident", { containmentId: row.id });
  return { id: row.id, incidentId, incident: incident.number, target: of, subject: row.subject, joined: row.joined };
}

/** What the incident is about, where that is beyond doubt: a scan touches many phones and none of them did anything. */
async function onlyExtension(tx: TenantWrite, tenantId: TenantId, incidentId: string): Promise<Target> {
  const phones = await phonesOf(tx, tenantId, incidentId);
  const [one] = phones;
  if (phones.length === 1 && one) return one;
  const sentence = "Say which extension or tenant is to be contained: the incident does not touch exactly one.";
  throw new DomainError("invalid_input", { field: "target", extensions: phones.length }, sentence);
}

/** The extensions that an incident touches and that are there, at most two: with more than one nobody knows which did it. */
export async function phonesOf(
  tx: TenantRead,
  tenantId: TenantId,
  incidentId: string,
): Promise<readonly Readonly<{ tenantId: TenantId; extensionId: ExtensionId }>[]> {
  const rows = await tx.incidentSubject.findMany({
    where: { tenantId, incidentId, kind: "extension" },
    select: { ofTenantId: true, extensionId: true },
    take: 2,
  });
  // One that was deleted still stands beside another: then it is not beyond doubt either.
  if (rows.some(({ ofTenantId, extensionId }) => !ofTenantId || !extensionId)) return [];
  return rows.map((row) => ({ tenantId: row.ofTenantId as TenantId, extensionId: row.extensionId as ExtensionId }));
}

/** Tries again, now, what a containment has not done yet. @throws DomainError not_found; invalid_state when it was released. */
export async function retryContainment(tx: TenantWrite, tenantId: TenantId, id: string): Promise<Loaded> {
  const containment = await loadContainment(tx, tenantId, id);
  if (containment.releasedAt !== null) {
    const sentence = "It was released: there is nothing left to do.";
    throw new DomainError("invalid_state", { containmentId: id }, sentence);
  }
  await enqueue(tx, tenantId, "containIncident", { containmentId: id });
  return containment;
}

export type Loaded = Readonly<{
  id: string;
  incidentId: string;
  /** The incident's number. */
  incident: string;
  ofTenantId: TenantId;
  extensionId: ExtensionId | null;
  subject: string;
  prefixes: readonly string[];
  createdBy: string;
  createdAt: Date;
  releasedAt: Date | null;
}>;

/** One containment. @throws DomainError not_found. */
export async function loadContainment(tx: TenantRead, tenantId: TenantId, id: string): Promise<Loaded> {
  const [row] = await tx.$queryRaw<(Omit<Loaded, "incident"> & { incident: bigint })[]>`
    SELECT c.id, c.incident_id AS "incidentId", i.number AS incident, c.of_tenant_id AS "ofTenantId", c.extension_id AS "extensionId", c.subject,
      c.prefixes, c.created_by AS "createdBy", c.created_at AS "createdAt", c.released_at AS "releasedAt"
    FROM containment c JOIN incident i ON i.tenant_id = c.tenant_id AND i.id = c.incident_id
    WHERE c.tenant_id = ${tenantId}::uuid AND c.id = ${id}::uuid`;
  if (!row) throw new DomainError("not_found", { containmentId: id });
  return { ...row, incident: String(row.incident) };
}

export type Released = Loaded &
  Readonly<{
    /** Blocks that were lifted; 0 when it was released before. */
    lifted: number;
    /** Blocks of others that still stop the same calls. */
    stillHeld: number;
    /** What had been done and stays so. */
    stays: readonly ContainStep[];
  }>;

/**
 * Undoes what can be undone: the blocks of this containment are lifted, what was not done yet is left. A replaced secret and
 * ended calls stay as they are. What another incident holds stays stopped. When the incident holds nothing else any more it is
 * monitored from then on. A repeat changes nothing. Locks the incident, then the containment.
 * @throws DomainError not_found.
 */
export async function releaseContainment(
  tx: TenantWrite,
  tenantId: TenantId,
  id: string,
  by: Worker,
): Promise<Released> {
  const containment = await loadContainment(tx, tenantId, id);
  await lockWithWhole(tx, tenantId, containment.incidentId);
  const [row] = await tx.$queryRaw<{ incident_id: string | null; lifted: number; still_held: number }[]>`
    SELECT * FROM containment_release(${id}::uuid, ${by.name})`;
  const done = await tx.containmentStep.findMany({
    where: { tenantId, containmentId: id, state: "done", step: { in: ["hang_up", "rotate", "contacts", "notify"] } },
    select: { step: true },
  });
  const stays = containSteps.filter((step) => done.some((one) => one.step === step));
  if (!row || row.incident_id === null) return { ...containment, lifted: 0, stillHeld: 0, stays };
  const detail = { subject: containment.subject, lifted: row.lifted, held: row.still_held };
  await addLine(tx, tenantId, containment.incidentId, by.name, { kind: "release", detail });
  if (await holdsNothing(tx, tenantId, containment.incidentId)) {
    await moveBy(tx, tenantId, containment.incidentId, by.name, { from: ["contained"], to: "monitoring" });
  }
  return { ...containment, lifted: row.lifted, stillHeld: row.still_held, stays };
}

/**
 * Writes down that a step is done, once, and does what of it happens here; when new calls are refused and the live ones are
 * over, the incident is contained. The transaction acts for the operator. Locks the incident.
 * @param work what the step does in this transaction; it is left out when the containment was released in between.
 * @returns false when that was known, or it was released.
 */
export async function finishStep(
  tx: TenantWrite,
  tenantId: TenantId,
  { id, incidentId, subject }: Loaded,
  { step, count, work }: Readonly<{ step: ContainStep; count: number; work?: (() => Promise<void>) | undefined }>,
): Promise<boolean> {
  await lockWithWhole(tx, tenantId, incidentId);
  const { count: changed } = await tx.containmentStep.updateMany({
    where: { tenantId, containmentId: id, step, state: { notIn: ["done", "skipped"] } },
    data: { state: "done", count: { increment: count }, error: "", byHand: "", finishedAt: new Date() },
  });
  if (changed === 0) {
    // Two jobs did it together: what each of them did counts.
    const where = { tenantId, containmentId: id, step, state: "done" };
    if (count > 0) await tx.containmentStep.updateMany({ where, data: { count: { increment: count } } });
    return false;
  }
  await work?.();
  await addLine(tx, tenantId, incidentId, "system", { kind: "contain_step", detail: { subject, step, count } });
  const stopped = await tx.containmentStep.count({
    where: { tenantId, containmentId: id, step: { in: ["refuse", "hang_up"] }, state: "done" },
  });
  if (stopped === 2) {
    await moveBy(tx, tenantId, incidentId, "system", { from: ["triage", "open", "monitoring"], to: "contained" });
  }
  return true;
}

type Failure = Readonly<{ step: ContainStep; count: number; error: string; byHand: readonly string[] }>;

/**
 * Writes down that a step could not be done, with what does it by hand, and how much of it was done before. The transaction
 * acts for the operator. Locks the incident.
 * @returns false when it is done by now, or was released.
 */
export async function failStep(
  tx: TenantWrite,
  tenantId: TenantId,
  { id, incidentId, subject }: Loaded,
  { step, count, error, byHand }: Failure,
): Promise<boolean> {
  await lockWithWhole(tx, tenantId, incidentId);
  const { count: changed } = await tx.containmentStep.updateMany({
    where: { tenantId, containmentId: id, step, state: { notIn: ["done", "skipped"] } },
    data: { state: "failed", count: { increment: count }, error, byHand: byHand.join("\n") },
  });
  if (changed === 0) return false;
  await addLine(tx, tenantId, incidentId, "system", {
    kind: "contain_failed",
    body: byHand.join("\n").slice(0, 4_000),
    detail: { subject, step, error },
  });
  return true;
}

type Step = Readonly<{ from: readonly IncidentState[]; to: IncidentState }>;

/** Moves an incident on, or the one that it is part of, because of what was done. Whoever calls holds the lock. */
async function moveBy(tx: TenantWrite, tenantId: TenantId, id: string, actor: string, way: Step): Promise<void> {
  const [row] = await tx.$queryRaw<{ id: string; state: IncidentState }[]>`
    SELECT w.id, w.state FROM incident i JOIN incident w ON w.tenant_id = i.tenant_id AND w.id = coalesce(i.merged_into, i.id)
    WHERE i.tenant_id = ${tenantId}::uuid AND i.id = ${id}::uuid`;
  if (!row || !way.from.includes(row.state)) return;
  await tx.$executeRaw`
    UPDATE incident SET state = ${way.to},
      contained_at = CASE WHEN ${way.to} = 'contained' THEN coalesce(contained_at, clock_timestamp()) ELSE contained_at END
    WHERE tenant_id = ${tenantId}::uuid AND id = ${row.id}::uuid`;
  await addLine(tx, tenantId, row.id, actor, { kind: "state", detail: { from: row.state, to: way.to } });
}

/** Locks an incident and the one that it is part of, in the order in which merging locks them. */
async function lockWithWhole(tx: TenantWrite, tenantId: TenantId, id: string): Promise<void> {
  await tx.$queryRaw`
    SELECT id FROM incident WHERE tenant_id = ${tenantId}::uuid AND (id = ${id}::uuid
      OR id = (SELECT merged_into FROM incident WHERE tenant_id = ${tenantId}::uuid AND id = ${id}::uuid)) ORDER BY id FOR UPDATE`;
}

/** Whether the incident, or the whole that it is part of, contains nothing any more. */
async function holdsNothing(tx: TenantWrite, tenantId: TenantId, id: string): Promise<boolean> {
  const [row] = await tx.$queryRaw<{ n: number }[]>`
    WITH whole AS (SELECT coalesce(merged_into, id) AS id FROM incident WHERE tenant_id = ${tenantId}::uuid AND id = ${id}::uuid)
    SELECT count(*)::int AS n FROM containment c JOIN incident i ON i.tenant_id = c.tenant_id AND i.id = c.incident_id, whole
    WHERE c.tenant_id = ${tenantId}::uuid AND c.released_at IS NULL AND (i.id = whole.id OR i.merged_into = whole.id)`;
  return row?.n === 0;
}
