import { randomUUID } from "node:crypto";

import type { NewDeskPhone, Vendor } from "@/server/domain/provisioning/connect.schema";
import { getExtension } from "@/server/domain/provisioning/extension-list";
import { requireSecret, type SipServer } from "@/server/domain/provisioning/links";
import { clockOf } from "@/server/domain/provisioning/phone-clock.rules";
import {
  type DeskFileText,
  type DeskSettings,
  grandstreamFile,
  snomFile,
  yealinkFile,
} from "@/server/domain/provisioning/phone-files.rules";
import { digestOf, openWith, sealFor } from "@/server/domain/provisioning/sealed.rules";
import { SipSecret } from "@/server/domain/provisioning/secret.rules";
import type { Db } from "@/server/infra/db/client";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { ExtensionId, TenantId } from "@/server/kernel/ids";

/** For so long after the first fetch a phone gets the secret again, at the same address: phones ask twice while they start. */
export const SECRET_SECONDS = 600;
const MOST_PHONES = 10;

export type DeskPhone = {
  readonly id: string;
  readonly vendor: Vendor;
  readonly mac: string;
  readonly login: string;
  readonly createdAt: Date;
  /** Whether its next fetch brings the secret. */
  readonly waits: boolean;
  readonly lastFetchAt: Date | null;
  readonly lastAddress: string;
  readonly lastUserAgent: string;
  /** How often somebody was not let in with its name. */
  readonly refused: number;
  readonly refusedAt: Date | null;
};

export type NewLogin = Readonly<{ id: string; login: string; password: SipSecret; replaced: boolean }>;

/**
 * Lets a desk phone fetch its settings, with a name and a password of its own that are shown once. For one that is known
 * already they are replaced, and the former ones are refused. Locks the extension against a new secret in between.
 * @throws DomainError not_found; secret_stale when the secret was replaced since it was shown; mac_taken when another
 * extension of the tenant has that phone; invalid_state when the extension has ten.
 */
export async function addDeskPhone(
  tx: TenantWrite,
  tenantId: TenantId,
  { extensionId, vendor, mac, secret, by }: NewDeskPhone & Readonly<{ extensionId: ExtensionId; by: string }>,
): Promise<NewLogin> {
  await tx.$queryRaw`SELECT id FROM extension WHERE tenant_id = ${tenantId}::uuid AND id = ${extensionId}::uuid FOR UPDATE`;
  await requireSecret(tx, tenantId, { extensionId, secret });
  const before = await tx.deskPhone.findUnique({
    where: { tenantId_mac: { tenantId, mac } },
    select: { id: true, extensionId: true },
  });
  if (before && before.extensionId !== extensionId) throw new DomainError("mac_taken", { field: "mac", mac });
  if (before) await tx.deskPhone.deleteMany({ where: { tenantId, id: before.id } });
  else if ((await tx.deskPhone.count({ where: { tenantId, extensionId } })) >= MOST_PHONES) {
    throw new DomainError(
      "invalid_state",
      { most: MOST_PHONES },
      `An extension has at most ${MOST_PHONES} desk phones.`,
    );
  }
  const [id, password] = [randomUUID(), SipSecret.generate()];
  const login = `p${SipSecret.generate().reveal().slice(0, 11)}`;
  // Two that add the same phone at once: the unique index lets one through.
  const { count } = await tx.deskPhone.createMany({
    data: {
      tenantId,
      id,
      extensionId,
      vendor,
      mac,
      login,
      passwordDigest: digestOf(password.reveal()),
      sealed: sealFor(password.reveal(), id, secret),
      createdBy: by,
    },
    skipDuplicates: true,
  });
  if (count === 0) throw new DomainError("mac_taken", { field: "mac", mac });
  return { id, login, password, replaced: before !== null };
}

/**
 * The desk phones of an extension, newest first.
 * @throws DomainError not_found when the extension is not this tenant's.
 */
export async function listDeskPhones(
  tx: TenantRead,
  tenantId: TenantId,
  extensionId: ExtensionId,
): Promise<DeskPhone[]> {
  await getExtension(tx, tenantId, extensionId);
  return tx.$queryRaw<DeskPhone[]>`
    SELECT id, vendor, mac, login, created_at AS "createdAt", sealed IS NOT NULL AS waits, last_fetch_at AS "lastFetchAt",
      last_address AS "lastAddress", last_user_agent AS "lastUserAgent", refused, refused_at AS "refusedAt"
    FROM desk_phone WHERE tenant_id = ${tenantId}::uuid AND extension_id = ${extensionId}::uuid ORDER BY created_at DESC, id LIMIT ${MOST_PHONES}`;
}

/**
 * Refuses a desk phone its settings from now on. What it has it keeps, until the secret is rotated.
 * @returns whose it was and its address.
 * @throws DomainError not_found when the tenant has no such phone.
 */
export async function removeDeskPhone(
  tx: TenantWrite,
  tenantId: TenantId,
  id: string,
): Promise<{ extensionId: ExtensionId; mac: string }> {
  const phone = await tx.deskPhone.findUnique({
    where: { tenantId_id: { tenantId, id } },
    select: { extensionId: true, mac: true },
  });
  const { count } = await tx.deskPhone.deleteMany({ where: { tenantId, id } });
  if (!phone || count === 0) throw new DomainError("not_found", { deskPhone: id });
  return { extensionId: phone.extensionId as ExtensionId, mac: phone.mac };
}

export type FoundDeskPhone = Readonly<{
  tenantId: TenantId;
  id: string;
  vendor: Vendor;
  mac: string;
  passwordDigest: Uint8Array;
  /** Whether its next fetch may bring the secret. */
  waits: boolean;
}>;

/** The desk phone of a name, whoever's it is; undefined when there is none. Its password is not looked at yet. */
export async function findDeskPhone(db: Db, login: string): Promise<FoundDeskPhone | undefined> {
  const [row] = await db.$queryRaw<FoundDeskPhone[]>`
    SELECT tenant_id AS "tenantId", id, vendor, mac, password_digest AS "passwordDigest", waits FROM desk_phone_find(${login})`;
  return row;
}

type Refused = Readonly<{ login: string; address: string; userAgent: string; why: "password" | "mac" }>;

/** Counts a fetch that was not let in. @returns the tenant whose pages have an event to show, at most once a minute. */
export async function refuseDeskPhone(
  db: Db,
  { login, address, userAgent, why }: Refused,
): Promise<TenantId | undefined> {
  const [row] = await db.$queryRaw<{ id: TenantId | null }[]>`
    SELECT desk_phone_refuse(${login}, ${address}, ${userAgent}, ${why}) AS id`;
  return row?.id ?? undefined;
}

/** `sealed` null: the secret was handed out before. */
export type Fetched = Readonly<{
  extensionId: ExtensionId;
  vendor: Vendor;
  mac: string;
  sealed: Uint8Array | null;
}>;
type Fetching = Readonly<{ tenantId: TenantId; id: string; address: string; userAgent: string }>;

/**
 * Notes a fetch, in a change where it hands the secret out: on the first, and for ten minutes after it at the same address.
 * @throws DomainError not_found when the phone was removed in between.
 */
export async function noteFetch(
  db: Pick<Db, "$queryRaw">,
  { tenantId, id, address, userAgent }: Fetching,
): Promise<Fetched> {
  const [row] = await db.$queryRaw<Fetched[]>`
    SELECT extension_id AS "extensionId", vendor, mac, sealed
    FROM desk_phone_fetch(${tenantId}::uuid, ${id}::uuid, ${address}, ${userAgent}, ${SECRET_SECONDS}::int)`;
  if (!row) throw new DomainError("not_found");
  return row;
}

const files: Readonly<Record<Vendor, (phone: DeskSettings) => DeskFileText>> = {
  yealink: yealinkFile,
  grandstream: grandstreamFile,
  snom: snomFile,
};

type Opening = Readonly<{ id: string; password: string; sip: SipServer }>;

/** The settings of a desk phone as its maker's phones read them. @throws DomainError not_found when its extension is gone. */
export async function deskSettings(
  tx: TenantRead,
  tenantId: TenantId,
  { extensionId, vendor, mac, sealed }: Fetched,
  { id, password, sip }: Opening,
): Promise<DeskFileText> {
  const { number, displayName, sipUsername } = await getExtension(tx, tenantId, extensionId);
  const tenant = await tx.tenant.findUnique({ where: { id: tenantId }, select: { timeZone: true } });
  const clock = clockOf(tenant?.timeZone ?? "UTC", new Date().getUTCFullYear());
  const secret = sealed ? (openWith(password, id, sealed) ?? null) : null;
  return files[vendor]({ number, displayName, sipUsername, ...sip, mac, secret, clock });
}
