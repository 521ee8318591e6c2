import type { DoneDuty } from "@/server/domain/duties/duty.schema";
import { type Duty, daysOf, duties, type Every } from "@/server/domain/duties/duty-kinds.schema";
import { leftOf } from "@/server/domain/duties/left";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";

export type DutyRow = {
  readonly duty: Duty;
  readonly every: Every;
  /** The page on which it is done. */
  readonly page: string;
  readonly ownerId: string | null;
  readonly ownerName: string | null;
  readonly doneAt: Date | null;
  readonly doneBy: string | null;
  readonly note: string;
  /** A day of the tenant's calendar. What was never done is due a period after the tenant began. */
  readonly dueOn: string;
  /** That day is over. */
  readonly overdue: boolean;
  /** How much the system counts as not done at this moment; null where it cannot know. */
  readonly left: number | null;
};

type Stored = Omit<DutyRow, "every" | "page" | "left">;

/** Every duty of a tenant, what is overdue first, then in the order of the catalogue. Wants a subtree transaction. */
export async function listDuties(tx: TenantRead, tenantId: TenantId): Promise<DutyRow[]> {
  const asked = JSON.stringify(duties.map(({ duty, every }) => ({ duty, days: daysOf[every] })));
  const rows = await tx.$queryRaw<Stored[]>`
    SELECT k.duty, d.owner_id AS "ownerId", coalesce(nullif(o.name, ''), o.email) AS "ownerName", d.done_at AS "doneAt",
      coalesce(nullif(b.name, ''), b.email, d.done_by) AS "doneBy", coalesce(d.note, '') AS note, due.on::text AS "dueOn",
      due.on < (now() AT TIME ZONE t.time_zone)::date AS overdue
    FROM jsonb_to_recordset(${asked}::jsonb) AS k(duty text, days int) JOIN tenant t ON t.id = ${tenantId}::uuid
    LEFT JOIN duty d ON d.tenant_id = t.id AND d.duty = k.duty
    LEFT JOIN person o ON o.id = d.owner_id LEFT JOIN person b ON b.id::text = d.done_by
    CROSS JOIN LATERAL (SELECT (coalesce(d.done_at, t.created_at) AT TIME ZONE t.time_zone)::date + k.days AS on) due`;
  const left = await leftOf(tx, tenantId);
  const stored = new Map(rows.map((row) => [row.duty, row]));
  const all = duties.flatMap(({ duty, every, page }) => {
    const row = stored.get(duty);
    return row ? [{ ...row, every, page, left: left[duty] ?? null }] : [];
  });
  return [...all.filter(({ overdue }) => overdue), ...all.filter(({ overdue }) => !overdue)];
}

/**
 * Says that a duty was done just now, and what shows it. A repeat says it again. Locks the duty. @returns the note that was there.
 * @throws DomainError invalid_input without a note where the system still counts something as not done.
 */
export async function doDuty(
  tx: TenantWrite,
  tenantId: TenantId,
  { duty, note, left }: DoneDuty & Readonly<{ left: number | null }>,
  by: string,
): Promise<string> {
  if (left && note === "") {
    throw new DomainError("invalid_input", { field: "note" }, "Something is left: say why it is done all the same.");
  }
  const before = await locked(tx, tenantId, duty);
  await tx.$executeRaw`
    UPDATE duty SET done_at = clock_timestamp(), done_by = ${by}, note = ${note}
    WHERE tenant_id = ${tenantId}::uuid AND duty = ${duty}`;
  return before.note;
}

/** Makes a duty somebody's, or nobody's. A repeat changes nothing. Locks the duty. @returns whose it was. */
export async function giveDuty(
  tx: TenantWrite,
  tenantId: TenantId,
  { duty, owner }: Readonly<{ duty: Duty; owner: string | null }>,
): Promise<Owner> {
  const before = await locked(tx, tenantId, duty);
  await tx.$executeRaw`UPDATE duty SET owner_id = ${owner}::uuid WHERE tenant_id = ${tenantId}::uuid AND duty = ${duty}`;
  return { owner: before.owner, ownerName: before.ownerName };
}

type Owner = { readonly owner: string | null; readonly ownerName: string | null };

async function locked(tx: TenantWrite, tenantId: TenantId, duty: Duty): Promise<Owner & { readonly note: string }> {
  await tx.$executeRaw`INSERT INTO duty (tenant_id, duty) VALUES (${tenantId}::uuid, ${duty}) ON CONFLICT DO NOTHING`;
  const [row] = await tx.$queryRaw<(Owner & { note: string })[]>`
    SELECT d.owner_id AS owner, coalesce(nullif(o.name, ''), o.email) AS "ownerName", d.note
    FROM duty d LEFT JOIN person o ON o.id = d.owner_id WHERE d.tenant_id = ${tenantId}::uuid AND d.duty = ${duty} FOR UPDATE OF d`;
  return row ?? { owner: null, ownerName: null, note: "" };
}
