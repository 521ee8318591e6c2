import type { ExtensionChange, NewExtension } from "@/server/domain/provisioning/extension.schema";
import { forgetSealed } from "@/server/domain/provisioning/links";
import { dropContacts, provision, unprovision } from "@/server/domain/provisioning/provision";
import { SipSecret } from "@/server/domain/provisioning/secret.rules";
import { emergencyNumbersOf } from "@/server/domain/rating/emergency.rules";
import { lockCallsOf } from "@/server/domain/tenancy/lock-calls";
import type { TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { ExtensionId, TenantId } from "@/server/kernel/ids";
import { decimalOf } from "@/server/kernel/money";
import { enqueue } from "@/server/queue/outbox";

export type NewPhone = {
  readonly id: ExtensionId;
  readonly number: string;
  readonly sipUsername: string;
  /** The only clear copy there will ever be. */
  readonly secret: SipSecret;
};

/** What the audit trail may know of an extension. */
export type PublicExtension = {
  readonly number: string;
  readonly displayName: string;
  readonly callerId: string | null;
  readonly state: string;
  readonly maxCalls: number;
  readonly dailyCap: string | null;
};

type Row = {
  id: string;
  number: string;
  displayName: string;
  callerId: string | null;
  state: string;
  sipUsername: string;
  maxCalls: number;
  dailyCapMicros: bigint | null;
  country: string;
};

const publicOf = (row: Omit<Row, "id" | "country">): PublicExtension => ({
  number: row.number,
  displayName: row.displayName,
  callerId: row.callerId,
  state: row.state,
  maxCalls: row.maxCalls,
  dailyCap: row.dailyCapMicros === null ? null : decimalOf(row.dailyCapMicros),
});

/**
 * Creates an extension with a fresh SIP secret and tells the telephone system, in one transaction.
 * @throws DomainError emergency_number when the number reaches an emergency service in the tenant's country.
 * @throws DomainError number_taken when the tenant already uses the number.
 */
export async function createExtension(tx: TenantWrite, tenantId: TenantId, input: NewExtension): Promise<NewPhone> {
  const tenant = await tx.tenant.findUnique({ where: { id: tenantId }, select: { slug: true, country: true } });
  if (!tenant) throw new DomainError("not_found");
  if (emergencyNumbersOf(tenant.country).includes(input.number)) {
    throw new DomainError("emergency_number", { field: "number", number: input.number });
  }
  const sipUsername = `${tenant.slug}-${input.number}`;
  // The unique index decides, not a look beforehand: two racing requests cannot both win.
  const [row] = await tx.extension.createManyAndReturn({
    data: [
      {
        tenantId,
        number: input.number,
        displayName: input.displayName,
        sipUsername,
        callerId: input.callerId ?? null,
        dailyCapMicros: input.dailyCap ?? null,
        ...(input.maxCalls === undefined ? {} : { maxCalls: input.maxCalls }),
      },
    ],
    skipDuplicates: true,
    select: { id: true },
  });
  if (!row) throw new DomainError("number_taken", { field: "number", number: input.number });
  const id = row.id as ExtensionId;
  const secret = SipSecret.generate();
  await provision(tx, { id, sipUsername, country: tenant.country }, secret);
  return { id, number: input.number, sipUsername, secret };
}

/**
 * Changes name, caller ID and limits. New calls follow the new limits; calls in progress keep what they were granted.
 * @returns the public values before and after.
 * @throws DomainError not_found when it is not this tenant's.
 */
export async function editExtension(
  tx: TenantWrite,
  tenantId: TenantId,
  id: ExtensionId,
  change: ExtensionChange,
): Promise<{ before: PublicExtension; after: PublicExtension }> {
  const before = await lock(tx, tenantId, id);
  const after = await tx.extension.update({
    where: { tenantId_id: { tenantId, id } },
    data: {
      version: { increment: 1 },
      ...(change.displayName === undefined ? {} : { displayName: change.displayName }),
      ...(change.callerId === undefined ? {} : { callerId: change.callerId }),
      ...(change.maxCalls === undefined ? {} : { maxCalls: change.maxCalls }),
      ...(change.dailyCap === undefined ? {} : { dailyCapMicros: change.dailyCap }),
    },
  });
  await provision(tx, { ...before, id });
  return { before: publicOf(before), after: publicOf(after) };
}

/**
 * Suspends an extension: its calls end (an emergency call does not, nor a call from outside that nobody pays for), and new
 * ones are refused except to emergency numbers.
 * Its phone stays registered, so that those calls get through. A repeat changes nothing.
 * @throws DomainError not_found when it is not this tenant's.
 */
export async function suspendExtension(tx: TenantWrite, tenantId: TenantId, id: ExtensionId): Promise<PublicExtension> {
  const before = await setState(tx, tenantId, id, "suspended");
  await lockCallsOf(tx, tenantId);
  await enqueue(tx, tenantId, "hangUpOfSubject", { subject: "extension", id });
  return before;
}

/**
 * Lets a suspended extension call again. A repeat changes nothing.
 * @throws DomainError not_found when it is not this tenant's.
 */
export const resumeExtension = (tx: TenantWrite, tenantId: TenantId, id: ExtensionId): Promise<PublicExtension> =>
  setState(tx, tenantId, id, "active");

/**
 * Replaces the SIP secret. The old one is refused from the commit on, and every phone is forgotten, so that each must
 * register again with the new one. Calls in progress go on.
 * @throws DomainError not_found when it is not this tenant's.
 */
export async function rotateSecret(tx: TenantWrite, tenantId: TenantId, id: ExtensionId): Promise<NewPhone> {
  const phone = await replaceSecret(tx, tenantId, id);
  await dropContacts(tx, id);
  return phone;
}

/**
 * Replaces the SIP secret by one that is shown to nobody: whoever knows the old one is out, until somebody rotates it and is
 * shown a new one. Phones that are registered stay so until their registration ends or is forgotten.
 * @throws DomainError not_found when it is not this tenant's.
 */
export async function lockOut(tx: TenantWrite, tenantId: TenantId, id: ExtensionId): Promise<void> {
  await replaceSecret(tx, tenantId, id);
}

async function replaceSecret(tx: TenantWrite, tenantId: TenantId, id: ExtensionId): Promise<NewPhone> {
  const row = await lock(tx, tenantId, id);
  const secret = SipSecret.generate();
  await tx.extension.update({
    where: { tenantId_id: { tenantId, id } },
    data: { secretCreatedAt: new Date(), version: { increment: 1 } },
  });
  await provision(tx, { ...row, id }, secret);
  await forgetSealed(tx, tenantId, id);
  return { id, number: row.number, sipUsername: row.sipUsername, secret };
}

/**
 * Deletes an extension: its phone is cut off at once and its calls end, but for one from outside that nobody pays for. Its
 * numbers ring nowhere until the holder says where. Past calls and charges stay.
 * @throws DomainError not_found when it is not this tenant's, or is gone already.
 */
export async function deleteExtension(tx: TenantWrite, tenantId: TenantId, id: ExtensionId): Promise<PublicExtension> {
  const before = await lock(tx, tenantId, id);
  await lockCallsOf(tx, tenantId);
  await enqueue(tx, tenantId, "hangUpOfSubject", { subject: "extension", id });
  await unprovision(tx, id);
  await tx.extension.delete({ where: { tenantId_id: { tenantId, id } }, select: { id: true } });
  return publicOf(before);
}

async function setState(
  tx: TenantWrite,
  tenantId: TenantId,
  id: ExtensionId,
  state: "active" | "suspended",
): Promise<PublicExtension> {
  const before = await lock(tx, tenantId, id);
  if (before.state !== state) {
    await tx.extension.update({
      where: { tenantId_id: { tenantId, id } },
      data: { state, version: { increment: 1 } },
      select: { id: true },
    });
  }
  return publicOf(before);
}

/** Two changes of one extension queue up here, so that "before" is true when it is written down. */
async function lock(tx: TenantWrite, tenantId: TenantId, id: ExtensionId): Promise<Row> {
  const [row] = await tx.$queryRaw<Row[]>`
    SELECT e.id, e.number, e.display_name AS "displayName", e.caller_id AS "callerId", e.state, e.sip_username AS "sipUsername",
      e.max_calls AS "maxCalls", e.daily_cap_micros AS "dailyCapMicros", t.country
    FROM extension e JOIN tenant t ON t.id = e.tenant_id
    WHERE e.tenant_id = ${tenantId}::uuid AND e.id = ${id}::uuid FOR UPDATE OF e`;
  if (!row) throw new DomainError("not_found", { extensionId: id });
  return row;
}
