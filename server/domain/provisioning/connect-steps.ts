import { getExtension } from "@/server/domain/provisioning/extension-list";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import type { ExtensionId, TenantId } from "@/server/kernel/ids";

export type ConnectStep = {
  readonly at: Date;
  readonly kind: "waiting" | "wrong_password" | "blocked" | "registered";
  readonly address?: string;
  readonly userAgent?: string;
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

/**
 * What the telephone system has seen of an extension's phone since a moment, oldest first: the wait, wrong passwords,
 * refused addresses, and the registration once it is there.
 * @throws DomainError not_found when the extension is not this tenant's.
 */
export async function connectSteps(
  tx: TenantRead,
  tenantId: TenantId,
  { extensionId, since }: { extensionId: ExtensionId; since: Date },
): Promise<ConnectStep[]> {
  const { sipUsername, registration } = await getExtension(tx, tenantId, extensionId);
  const events = await tx.securityEvent.findMany({
    where: { tenantId, username: sipUsername, at: { gte: since }, type: { in: Object.keys(kindOf) } },
    select: { at: true, type: true, address: true },
    orderBy: { at: "asc" },
    take: 100,
  });
  const steps: ConnectStep[] = [
    { at: since, kind: "waiting" },
    ...events.map(({ at, type, address }) => ({ at, kind: kindOf[type] ?? ("waiting" as const), address })),
  ];
  if (registration) {
    const { since: at, address, userAgent } = registration;
    steps.push({ at: at > since ? at : since, kind: "registered", address, userAgent });
  }
  return steps.sort((a, b) => a.at.getTime() - b.at.getTime());
}
