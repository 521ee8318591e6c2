import { IN_PLACE } from "@/server/domain/provisioning/bulk.schema";
import type { BulkProblem, BulkRead, BulkRow } from "@/server/domain/provisioning/bulk-file";
import { secretDigests } from "@/server/domain/provisioning/digest.rules";
import { SipSecret } from "@/server/domain/provisioning/secret.rules";
import { emergencyNumbersOf, emergencyVariableOf } from "@/server/domain/rating/emergency.rules";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { ExtensionId, TenantId } from "@/server/kernel/ids";

/** A secret that was just made, with what it belongs to. */
export type MadePhone = Readonly<{
  id: ExtensionId;
  number: string;
  displayName: string;
  sipUsername: string;
  secret: SipSecret;
}>;

/** Whether so many are made while one waits. */
export const isInPlace = (rows: number): boolean => rows <= IN_PLACE;

async function tenantOf(tx: TenantRead, tenantId: TenantId): Promise<{ slug: string; country: string }> {
  const tenant = await tx.tenant.findUnique({ where: { id: tenantId }, select: { slug: true, country: true } });
  if (!tenant) throw new DomainError("not_found");
  return tenant;
}

/**
 * Holds what was read against what there is: numbers in use and emergency numbers become problems of their rows. Another may
 * take a number afterwards, so what makes the rows looks again.
 */
export async function planBulk(tx: TenantRead, tenantId: TenantId, read: BulkRead): Promise<BulkRead> {
  const { country } = await tenantOf(tx, tenantId);
  const emergency = new Set(emergencyNumbersOf(country));
  const taken = await tx.extension.findMany({
    where: { tenantId, number: { in: read.rows.map(({ number }) => number) } },
    select: { number: true },
  });
  const used = new Set(taken.map(({ number }) => number));
  const why = (number: string) =>
    emergency.has(number) ? "It is reserved for emergency calls." : used.has(number) ? "It is in use already." : null;
  const problems: BulkProblem[] = [];
  const rows: BulkRow[] = [];
  for (const row of read.rows) {
    const reason = why(row.number);
    if (reason) problems.push({ line: row.line, column: "number", value: row.number, reason });
    else rows.push(row);
  }
  return { ...read, rows, problems: [...read.problems, ...problems].sort((a, b) => a.line - b.line) };
}

/**
 * Makes extensions with a secret each and tells the telephone system, in three statements however many there are.
 * @returns those that were made, and the numbers that somebody else took in between.
 * @throws DomainError emergency_number when one is reserved for emergency calls: planBulk leaves those out.
 */
export async function createMany(
  tx: TenantWrite,
  tenantId: TenantId,
  rows: readonly BulkRow[],
): Promise<{ made: MadePhone[]; taken: string[] }> {
  const { slug, country } = await tenantOf(tx, tenantId);
  const emergency = rows.find(({ number }) => emergencyNumbersOf(country).includes(number));
  if (emergency) throw new DomainError("emergency_number", { field: "number", number: emergency.number });
  const given = rows.map((row) => ({
    number: row.number,
    name: row.displayName,
    username: `${slug}-${row.number}`,
    caller: row.callerId ?? null,
    calls: row.maxCalls ?? null,
    cap: row.dailyCap === undefined ? null : String(row.dailyCap),
  }));
  const inserted = await tx.$queryRaw<{ id: ExtensionId; number: string; name: string; username: string }[]>`
    INSERT INTO extension (tenant_id, number, display_name, sip_username, caller_id, max_calls, daily_cap_micros)
    SELECT ${tenantId}::uuid, r.number, r.name, r.username, r.caller, coalesce(r.calls, 2), r.cap
    FROM jsonb_to_recordset(${JSON.stringify(given)}::jsonb) AS r(number text, name text, username text, caller text, calls int, cap bigint)
    ON CONFLICT DO NOTHING RETURNING id, number, display_name AS name, sip_username AS username`;
  const made = inserted.map(({ id, number, name, username }) => ({
    id,
    number,
    displayName: name,
    sipUsername: username,
    secret: SipSecret.generate(),
  }));
  await provisionMany(tx, made, country);
  const numbers = new Set(made.map(({ number }) => number));
  return { made, taken: rows.map(({ number }) => number).filter((number) => !numbers.has(number)) };
}

async function provisionMany(tx: TenantWrite, made: readonly MadePhone[], country: string): Promise<void> {
  const phones = made.map(({ id, sipUsername, secret }) => ({ id, digests: secretDigests(sipUsername, secret) }));
  await tx.$queryRaw`
    SELECT count(*)::int FROM (SELECT provision_extension(p.id, p.digests, ${emergencyVariableOf(country)})::text
    FROM jsonb_to_recordset(${JSON.stringify(phones)}::jsonb) AS p(id uuid, digests text) OFFSET 0) done`;
}

/** Numbers as people write many of them: 101–105, 120. Cut where it would grow too long for a line of the trail. */
export function numbersText(numbers: readonly string[]): string {
  const sorted = numbers.map(Number).sort((a, b) => a - b);
  const parts: string[] = [];
  for (let at = 0; at < sorted.length; ) {
    let end = at;
    while (sorted[end + 1] === (sorted[end] ?? 0) + 1) end += 1;
    parts.push(end === at ? String(sorted[at]) : `${sorted[at]}–${sorted[end]}`);
    at = end + 1;
  }
  return parts.length > 40 ? `${parts.slice(0, 40).join(", ")} and ${parts.length - 40} more` : parts.join(", ");
}
