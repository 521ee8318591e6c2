import { listOwnBans } from "@/server/domain/bans/own-bans";
import { getExtension } from "@/server/domain/provisioning/extension-list";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import type { ExtensionId, TenantId } from "@/server/kernel/ids";

export type ConnectStep = {
  readonly at: Date;
  readonly kind: "waiting" | "wrong_password" | "unknown_user" | "blocked" | "banned" | "registered";
  readonly address?: string;
  readonly userAgent?: string;
  /** UDP, TCP, TLS or WS. */
  readonly transport?: string;
  /** The user name that was tried and that nobody has; '' where the telephone system does not say it. */
  readonly username?: string;
  /** Until when the address is refused, after how many wrong tries at phones of the tenant, and whether the tenant may take it back. */
  readonly until?: Date;
  readonly tries?: number;
  readonly canLift?: boolean;
};

/** The names Asterisk gives to what concerns the person who is setting up a phone. */
const kindOf: Readonly<Record<string, ConnectStep["kind"]>> = {
  InvalidPassword: "wrong_password",
  ChallengeResponseFailed: "wrong_password",
  FailedACL: "blocked",
  RequestNotAllowed: "blocked",
  UnexpectedAddress: "blocked",
  SessionLimit: "blocked",
};

type Asking = Readonly<{ extensionId: ExtensionId; since: Date; address: string }>;

/**
 * What the telephone system has seen of an extension's phone since a moment, oldest first: the wait, wrong passwords, names
 * that nobody has, refused addresses, and the registration once it is there.
 * @param address of whoever asks: a phone at the same place that uses a wrong name is told by it, and a ban of it.
 * @throws DomainError not_found when the extension is not this tenant's.
 */
export async function connectSteps(
  tx: TenantRead,
  tenantId: TenantId,
  { extensionId, since, address }: Asking,
): Promise<ConnectStep[]> {
  const { sipUsername, registration } = await getExtension(tx, tenantId, extensionId);
  const events = await tx.securityEvent.findMany({
    where: { tenantId, username: sipUsername, at: { gte: since }, type: { in: Object.keys(kindOf) } },
    select: { at: true, type: true, address: true },
    orderBy: { at: "asc" },
    take: 100,
  });
  const strange = await tx.$queryRaw<{ at: Date; username: string; address: string }[]>`
    SELECT at, username, address FROM strange_names(${since}::timestamptz, ${address})`;
  const steps: ConnectStep[] = [
    { at: since, kind: "waiting" },
    ...events.map(({ at, type, address: from }) => ({ at, kind: kindOf[type] ?? ("waiting" as const), address: from })),
    ...strange.map((one) => ({ ...one, kind: "unknown_user" as const })),
    ...(await banOf(tx, address)),
  ];
  if (registration) {
    const { since: from, address: at, userAgent } = registration;
    const transport = await transportOf(tx, tenantId, extensionId);
    steps.push({ at: from > since ? from : since, kind: "registered", address: at, userAgent, transport });
  }
  return steps.sort((a, b) => a.at.getTime() - b.at.getTime());
}

async function banOf(tx: TenantRead, address: string): Promise<ConnectStep[]> {
  if (!address) return [];
  const [ban] = await tx.$queryRaw<{ at: Date; until: Date }[]>`
    SELECT created_at AS at, expires_at AS until FROM sip_ban_of(${address})`;
  if (!ban) return [];
  const own = (await listOwnBans(tx, address)).find((one) => one.own);
  return [
    {
      ...ban,
      kind: "banned",
      address: own?.network ?? address,
      tries: own?.failures ?? 0,
      canLift: own?.canLift ?? false,
    },
  ];
}

async function transportOf(tx: TenantRead, tenantId: TenantId, extensionId: ExtensionId): Promise<string> {
  const contact = await tx.registration.findFirst({
    where: { tenantId, extensionId },
    select: { uri: true },
    orderBy: { expiresAt: "desc" },
  });
  return (/;transport=([a-z]{2,4})/i.exec(contact?.uri ?? "")?.[1] ?? "udp").toUpperCase();
}
