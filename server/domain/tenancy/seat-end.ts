import { forgetSaved } from "@/server/domain/saved-lists/saved-lists";
import { isRole, type Role } from "@/server/domain/tenancy/roles";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId, UserId } from "@/server/kernel/ids";

/**
 * The moment at which a seat ends whose last day is this one, on the tenant's own calendar.
 * @param lastDay a day such as 2027-03-31; undefined or null for a seat that stays.
 * @throws DomainError invalid_input for a day that is over, one more than five years ahead, and for an owner's seat.
 */
export async function seatEnd(
  tx: TenantRead,
  tenantId: TenantId,
  { role, lastDay }: { role: Role; lastDay: string | null | undefined },
): Promise<Date | null> {
  if (!lastDay) return null;
  const refuse = (why: string) => new DomainError("invalid_input", { field: "lastDay" }, why);
  if (role === "owner") throw refuse("An owner's seat has no end: somebody must be able to let people in.");
  const [row] = await tx.$queryRaw<{ at: Date; over: boolean; far: boolean }[]>`
    SELECT at, at <= now() AS over, at > now() + interval '5 years' AS far
    FROM (SELECT ((${lastDay}::date + 1)::timestamp AT TIME ZONE time_zone) AS at FROM tenant WHERE id = ${tenantId}::uuid) ends`;
  if (!row) throw new DomainError("not_found");
  if (row.over) throw refuse("That day is over. Choose today or a later one.");
  if (row.far) throw refuse("That is more than five years ahead. Leave it empty for a seat that stays.");
  return row.at;
}

/**
 * Says until when somebody keeps their seat.
 * @returns the role of the seat and its end before and now; null for none.
 * @throws DomainError not_found when the person has no seat here, or only one that is over; invalid_input as seatEnd does.
 */
export async function setSeatEnd(
  tx: TenantWrite,
  tenantId: TenantId,
  { userId, lastDay }: { userId: UserId; lastDay: string | null },
): Promise<{ role: Role; before: Date | null; after: Date | null }> {
  const [seat] = await tx.$queryRaw<{ role: string; ends_at: Date | null }[]>`
    SELECT role, ends_at FROM seat
    WHERE tenant_id = ${tenantId}::uuid AND user_id = ${userId}::uuid AND (ends_at IS NULL OR ends_at > now()) FOR UPDATE`;
  if (!seat || !isRole(seat.role)) throw new DomainError("not_found");
  const after = await seatEnd(tx, tenantId, { role: seat.role, lastDay });
  await tx.$executeRaw`UPDATE seat SET ends_at = ${after} WHERE tenant_id = ${tenantId}::uuid AND user_id = ${userId}::uuid`;
  return { role: seat.role, before: seat.ends_at, after };
}

/** Takes the seats of a tenant away whose time is over, and ends the sessions of those people. Safe to repeat. */
export async function endSeatsOver(
  tx: TenantWrite,
  tenantId: TenantId,
): Promise<readonly { email: string; role: string }[]> {
  const gone = await tx.$queryRaw<{ user_id: string; email: string; role: string }[]>`
    DELETE FROM seat s USING person p
    WHERE s.tenant_id = ${tenantId}::uuid AND s.ends_at <= now() AND p.id = s.user_id RETURNING s.user_id, p.email, s.role`;
  for (const { user_id: userId } of gone) {
    await forgetSaved(tx, { tenantId, personId: userId });
    await tx.$queryRaw`SELECT session_revoke(${userId}::uuid, NULL, NULL)`;
  }
  return gone;
}
