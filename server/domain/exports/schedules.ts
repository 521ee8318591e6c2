import { datedKinds, type ExportFormat, type ExportKind, isExportKind } from "@/server/domain/exports/export.schema";
import { type May, missingFor } from "@/server/domain/exports/export-rights";
import { checkAsked, createExport, inOwnLanguage } from "@/server/domain/exports/exports";
import { type NewExport, newExportSchema } from "@/server/domain/exports/new-export.schema";
import { type Rhythm, withoutPeriod } from "@/server/domain/exports/rhythm-kinds.schema";
import { allows, isRole } from "@/server/domain/tenancy/roles";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";

export type Schedule = Readonly<{
  id: string;
  what: ExportKind;
  every: Rhythm;
  filter: Readonly<Record<string, unknown>>;
  format: ExportFormat;
  /** Who asked for it and is told. */
  person: string;
  nextAt: Date;
  lastAt: Date | null;
  pausedAt: Date | null;
  note: string;
}>;

/** More of them than this nobody reads. */
const MOST = 30;

type Stored = Omit<Schedule, "what" | "filter" | "format"> & {
  what: string;
  settings: { filter: object; format: ExportFormat };
};

/** What is made by itself, of kinds that the role may read; the next one first. */
export async function listSchedules(tx: TenantRead, tenantId: TenantId, may: May): Promise<Schedule[]> {
  const rows = await tx.$queryRaw<Stored[]>`
    SELECT s.id, s.what, s.every, s.settings, coalesce(nullif(p.name, ''), p.email, 'somebody') AS person, s.next_at AS "nextAt", s.last_at AS "lastAt",
      s.paused_at AS "pausedAt", s.note
    FROM export_schedule s LEFT JOIN person p ON p.id = s.person_id WHERE s.tenant_id = ${tenantId}::uuid
    ORDER BY s.paused_at NULLS FIRST, s.next_at, s.id LIMIT ${MOST}`;
  return rows.flatMap(({ what, settings, ...row }) =>
    isExportKind(what) && missingFor(may, what) === undefined
      ? [{ ...row, what, filter: { ...settings.filter }, format: settings.format }]
      : [],
  );
}

/** @throws DomainError not_found when the tenant has no such schedule. */
export async function scheduleKind(tx: TenantRead, tenantId: TenantId, id: string): Promise<ExportKind> {
  const row = await tx.exportSchedule.findUnique({ where: { tenantId_id: { tenantId, id } }, select: { what: true } });
  if (!row || !isExportKind(row.what)) throw new DomainError("not_found", { schedule: id });
  return row.what;
}

/**
 * From now on such a file is made by itself at the end of each period, and its maker is told by mail.
 * @throws DomainError invalid_input for what cannot be asked for once either; too_large beyond thirty of them.
 */
export async function addSchedule(
  tx: TenantWrite,
  tenantId: TenantId,
  { file, every }: Readonly<{ file: NewExport; every: Rhythm }>,
  personId: string,
): Promise<{ id: string; nextAt: Date }> {
  checkAsked(file);
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('schedules:' || ${tenantId}::text, 0))`;
  if ((await tx.exportSchedule.count({ where: { tenantId } })) >= MOST) {
    throw new DomainError(
      "too_large",
      { most: MOST },
      `A tenant has at most ${MOST} scheduled files; remove one first.`,
    );
  }
  const settings = JSON.stringify({ ...inOwnLanguage(file), filter: withoutPeriod(file.filter) });
  const [row] = await tx.$queryRaw<{ id: string; nextAt: Date }[]>`
    INSERT INTO export_schedule (tenant_id, person_id, every, what, settings, next_at)
    SELECT t.id, ${personId}::uuid, ${every}, ${file.what}, ${settings}::jsonb, schedule_next(${every}, t.time_zone, clock_timestamp())
    FROM tenant t WHERE t.id = ${tenantId}::uuid RETURNING id, next_at AS "nextAt"`;
  if (!row) throw new DomainError("not_found");
  return row;
}

/** Lets it rest, or go on with the next period; a repeat changes nothing. @throws DomainError not_found. */
export async function pauseSchedule(tx: TenantWrite, tenantId: TenantId, id: string, pause: boolean): Promise<void> {
  await scheduleKind(tx, tenantId, id);
  await (pause
    ? tx.$executeRaw`UPDATE export_schedule SET paused_at = coalesce(paused_at, clock_timestamp()) WHERE tenant_id = ${tenantId}::uuid AND id = ${id}::uuid`
    : tx.$executeRaw`
        UPDATE export_schedule s SET paused_at = NULL, note = '', next_at = schedule_next(s.every, t.time_zone, clock_timestamp())
        FROM tenant t WHERE t.id = s.tenant_id AND s.tenant_id = ${tenantId}::uuid AND s.id = ${id}::uuid AND s.paused_at IS NOT NULL`);
}

/**
 * Puts one whose run failed off by an hour, so that it takes no other's turn, and says so. When its day is over it rests instead:
 * the day decides which period the file is of. A repeat within the hour changes nothing.
 * @returns whether it rests now.
 */
export async function putOffSchedule(tx: TenantWrite, tenantId: TenantId, id: string): Promise<boolean> {
  const [row] = await tx.$queryRaw<{ rests: boolean }[]>`
    UPDATE export_schedule s SET
      next_at = CASE WHEN d.over THEN s.next_at ELSE d.later END,
      paused_at = CASE WHEN d.over THEN clock_timestamp() END,
      note = CASE WHEN d.over THEN 'The last file could not be asked for, so it rests.' ELSE 'The last file could not be asked for yet.' END
    FROM export_schedule o JOIN tenant t ON t.id = o.tenant_id
      CROSS JOIN LATERAL (SELECT clock_timestamp() + interval '1 hour' AS later) l
      CROSS JOIN LATERAL (SELECT l.later, (l.later AT TIME ZONE t.time_zone)::date <> (o.next_at AT TIME ZONE t.time_zone)::date AS over) d
    WHERE o.tenant_id = s.tenant_id AND o.id = s.id AND s.tenant_id = ${tenantId}::uuid AND s.id = ${id}::uuid
      AND s.paused_at IS NULL AND s.next_at <= clock_timestamp() RETURNING d.over AS rests`;
  return row?.rests ?? false;
}

/** Files that were made stay until they expire. @throws DomainError not_found. */
export async function removeSchedule(tx: TenantWrite, tenantId: TenantId, id: string): Promise<ExportKind> {
  const what = await scheduleKind(tx, tenantId, id);
  await tx.exportSchedule.delete({ where: { tenantId_id: { tenantId, id } } });
  return what;
}

export type Ran =
  | Readonly<{ exportId: string; what: ExportKind; from: string; to: string }>
  /** Done already, or taken back. */
  | "nothing"
  | "rests";

type Due = { what: string; settings: unknown; from: string; to: string };
type Person = { person_id: string; email: string; role: string | null };

/**
 * Asks for the file of one schedule whose time has come, and sets the next time, in one transaction: of two workers one does it.
 * Whoever may not read the list any more gets none; the schedule rests then, and says why.
 * @returns what was asked for; "nothing" when it was done already; "rests" when it was paused.
 */
export async function runSchedule(tx: TenantWrite, tenantId: TenantId, id: string): Promise<Ran> {
  const [due] = await tx.$queryRaw<Due[]>`
    SELECT s.what, s.settings, to_char(d.day - ('1 ' || s.every)::interval, 'YYYY-MM-DD') AS "from", to_char(d.day - interval '1 day', 'YYYY-MM-DD') AS "to"
    FROM export_schedule s JOIN tenant t ON t.id = s.tenant_id CROSS JOIN LATERAL (SELECT date_trunc('day', s.next_at AT TIME ZONE t.time_zone) AS day) d
    WHERE s.tenant_id = ${tenantId}::uuid AND s.id = ${id}::uuid AND s.paused_at IS NULL AND s.next_at <= clock_timestamp() FOR UPDATE OF s`;
  if (!due || !isExportKind(due.what)) return "nothing";
  const [person] = await tx.$queryRaw<Person[]>`SELECT * FROM export_schedule_person(${id}::uuid)`;
  const { what } = due;
  if (!person || !mayStill(person.role, what)) {
    const note = "Whoever asked for it may not read this list here any more.";
    await tx.$executeRaw`UPDATE export_schedule SET paused_at = clock_timestamp(), note = ${note} WHERE tenant_id = ${tenantId}::uuid AND id = ${id}::uuid`;
    return "rests";
  }
  const stored = newExportSchema.parse(due.settings);
  const filter = { ...withoutPeriod(stored.filter), ...periodOf(what, due) };
  const file = newExportSchema.parse({ ...stored, filter });
  const made = await createExport(tx, tenantId, file, `user:${person.person_id}`);
  await tx.$executeRaw`UPDATE export_file SET schedule_id = ${id}::uuid WHERE tenant_id = ${tenantId}::uuid AND id = ${made.id}::uuid`;
  await tx.$executeRaw`
    UPDATE export_schedule s SET last_at = clock_timestamp(), note = '', next_at = schedule_next(s.every, t.time_zone, s.next_at)
    FROM tenant t WHERE t.id = s.tenant_id AND s.tenant_id = ${tenantId}::uuid AND s.id = ${id}::uuid`;
  return { exportId: made.id, what, from: due.from, to: due.to };
}

/** What narrows a file to the period that is over: its days, or of what is counted by the month the one in which it began. */
function periodOf(what: ExportKind, { from, to }: Pick<Due, "from" | "to">): object {
  if (what === "earnings") return { month: from.slice(0, 7) };
  return datedKinds.includes(what) ? { from, to } : {};
}

const mayStill = (role: string | null, what: ExportKind): boolean => {
  if (role === null || !isRole(role)) return false;
  return missingFor((one) => allows(role, one), what) === undefined;
};
