import { randomUUID } from "node:crypto";

import type { NewLink } from "@/server/domain/provisioning/connect.schema";
import { secretDigests } from "@/server/domain/provisioning/digest.rules";
import { getExtension } from "@/server/domain/provisioning/extension-list";
import { linphoneFile, type PhoneLine } from "@/server/domain/provisioning/phone-files.rules";
import { digestOf, newToken, openWith, sealFor } from "@/server/domain/provisioning/sealed.rules";
import { SipSecret } from "@/server/domain/provisioning/secret.rules";
import type { Db } from "@/server/infra/db/client";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { ExtensionId, TenantId } from "@/server/kernel/ids";

/** Long enough to fetch a telephone from another room. */
export const LINK_MINUTES = 10;
/** More than these at once for one extension is a mistake, or somebody who collects them. */
const MOST_OPEN = 5;

/** Where a phone is told to register. */
export type SipServer = Pick<PhoneLine, "server" | "port" | "transport">;

export type LinkUse = { readonly at: Date; readonly address: string; readonly userAgent: string };
export type Link = {
  readonly id: string;
  readonly devices: number;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly revokedAt: Date | null;
  readonly uses: readonly LinkUse[];
};

/**
 * Whether somebody who sends a secret knows the one that holds now.
 * @throws DomainError not_found when the extension is not this tenant's; secret_stale when the secret was replaced since.
 */
export async function requireSecret(
  tx: TenantRead,
  tenantId: TenantId,
  { extensionId, secret }: Readonly<{ extensionId: ExtensionId; secret: string }>,
): Promise<{ sipUsername: string; ha1: string }> {
  const { sipUsername } = await getExtension(tx, tenantId, extensionId);
  const digests = secretDigests(sipUsername, SipSecret.of(secret));
  const [row] = await tx.$queryRaw<{ fits: boolean }[]>`
    SELECT extension_digest_fits(${extensionId}::uuid, ${digests}) AS fits`;
  if (!row?.fits) throw new DomainError("secret_stale", { extensionId });
  return { sipUsername, ha1: /^MD5:([0-9a-f]{32})/.exec(digests)?.[1] ?? "" };
}

/**
 * Makes a link by which an app sets itself up, good for ten minutes and for one device or three. What it hands out is sealed
 * with its token, which is in the answer and nowhere else. Locks the extension against a new secret in between.
 * @throws DomainError not_found; secret_stale when the secret was replaced since it was shown; invalid_state when five are open.
 */
export async function makeLink(
  tx: TenantWrite,
  tenantId: TenantId,
  { extensionId, secret, devices, by }: NewLink & Readonly<{ extensionId: ExtensionId; by: string }>,
): Promise<{ id: string; token: string; expiresAt: Date }> {
  await tx.$queryRaw`SELECT id FROM extension WHERE tenant_id = ${tenantId}::uuid AND id = ${extensionId}::uuid FOR UPDATE`;
  const { ha1 } = await requireSecret(tx, tenantId, { extensionId, secret });
  const now = new Date();
  const open = { tenantId, extensionId, revokedAt: null, expiresAt: { gt: now }, sealed: { not: null } };
  if ((await tx.provisionLink.count({ where: open })) >= MOST_OPEN) {
    throw new DomainError(
      "invalid_state",
      { most: MOST_OPEN },
      `${MOST_OPEN} links are open for this extension. Revoke one, or wait ten minutes.`,
    );
  }
  const [id, token] = [randomUUID(), newToken()];
  const expiresAt = new Date(now.getTime() + LINK_MINUTES * 60_000);
  await tx.provisionLink.createMany({
    data: {
      tenantId,
      id,
      extensionId,
      tokenDigest: digestOf(token),
      sealed: sealFor(token, id, ha1),
      devices,
      createdBy: by,
      expiresAt,
    },
  });
  return { id, token, expiresAt };
}

/**
 * The links of an extension that were made within the last hour, newest first, and who used them.
 * @throws DomainError not_found when the extension is not this tenant's.
 */
export async function listLinks(tx: TenantRead, tenantId: TenantId, extensionId: ExtensionId): Promise<Link[]> {
  await getExtension(tx, tenantId, extensionId);
  const links = await tx.provisionLink.findMany({
    where: { tenantId, extensionId, createdAt: { gt: new Date(Date.now() - 3_600_000) } },
    select: { id: true, devices: true, createdAt: true, expiresAt: true, revokedAt: true },
    orderBy: { createdAt: "desc" },
    take: 10,
  });
  const uses = await tx.provisionUse.findMany({
    where: { tenantId, linkId: { in: links.map(({ id }) => id) } },
    orderBy: { at: "asc" },
  });
  return links.map((link) => ({
    ...link,
    uses: uses
      .filter(({ linkId }) => linkId === link.id)
      .map(({ at, address, userAgent }) => ({ at, address, userAgent })),
  }));
}

/**
 * Makes a link worthless at once. A phone that used it keeps what it has. A repeat changes nothing.
 * @returns the extension that it was for.
 * @throws DomainError not_found when the tenant has no such link.
 */
export async function revokeLink(tx: TenantWrite, tenantId: TenantId, id: string): Promise<ExtensionId> {
  const link = await tx.provisionLink.findUnique({
    where: { tenantId_id: { tenantId, id } },
    select: { extensionId: true },
  });
  if (!link) throw new DomainError("not_found", { link: id });
  await tx.provisionLink.updateMany({
    where: { tenantId, id, revokedAt: null },
    data: { revokedAt: new Date(), sealed: null },
  });
  return link.extensionId as ExtensionId;
}

/** Makes every link and every desk phone's sealed copy of an extension worthless: its secret is another one now. */
export async function forgetSealed(tx: TenantWrite, tenantId: TenantId, extensionId: ExtensionId): Promise<void> {
  await tx.provisionLink.updateMany({
    where: { tenantId, extensionId, revokedAt: null, sealed: { not: null } },
    data: { revokedAt: new Date(), sealed: null },
  });
  await tx.deskPhone.updateMany({ where: { tenantId, extensionId, sealed: { not: null } }, data: { sealed: null } });
}

/** The tenant whose link that is, while it is good. */
export async function linkTenant(db: Db, token: string): Promise<TenantId | undefined> {
  const [row] = await db.$queryRaw<{ id: TenantId | null }[]>`SELECT provision_link_tenant(${digestOf(token)}) AS id`;
  return row?.id ?? undefined;
}

type Taken = { linkId: string; extensionId: ExtensionId; sealed: Uint8Array };
type Caller = Readonly<{ token: string; address: string; userAgent: string; sip: SipServer }>;

/**
 * Uses a link once and gives the settings for the app. Of two that come together for the last use one gets them.
 * @throws DomainError not_found when the link is not good, or not any more: one answer for all.
 */
export async function takeLink(
  tx: TenantWrite,
  tenantId: TenantId,
  { token, address, userAgent, sip }: Caller,
): Promise<{ linkId: string; extensionId: ExtensionId; text: string }> {
  const [row] = await tx.$queryRaw<Taken[]>`
    SELECT link_id AS "linkId", extension_id AS "extensionId", sealed FROM provision_link_take(${digestOf(token)}, ${address}, ${userAgent})`;
  const ha1 = row ? openWith(token, row.linkId, row.sealed) : undefined;
  if (!row || ha1 === undefined) throw new DomainError("not_found");
  const { number, displayName, sipUsername } = await getExtension(tx, tenantId, row.extensionId);
  const text = linphoneFile({ number, displayName, sipUsername, ...sip }, ha1);
  return { linkId: row.linkId, extensionId: row.extensionId, text };
}
