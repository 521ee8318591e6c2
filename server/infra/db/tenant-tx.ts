import type { Db } from "@/server/infra/db/client";
import type { Prisma } from "@/server/infra/db/generated/client";
import { READERS_WAIT_MS } from "@/server/infra/db/pool";
import type { TenantId, UserId } from "@/server/kernel/ids";

/** A transaction in which Postgres row security shows one tenant's rows. Only the two doors beside this file make one. */
export type TenantRead = Prisma.TransactionClient & { readonly __scope: "tenant" };
export type TenantWrite = TenantRead & { readonly __access: "write" };

export type Scope = {
  readonly tenantId: TenantId;
  /** Reads reach the tenants below as well; row security bounds them. Writes never do. */
  readonly subtree?: boolean;
  readonly userId?: UserId | undefined;
  /** How long the transaction may take; 15 s unless it is one of the few that move very much at once. */
  readonly patienceMs?: number | undefined;
};

export function inTenant<T>(
  db: Db,
  scope: Scope,
  readOnly: "on" | "off",
  work: (tx: Prisma.TransactionClient) => Promise<T>,
): Promise<T> {
  return db.$transaction(
    async (tx) => {
      // One round trip; the settings end with the transaction, so a pooled connection carries nothing over.
      await tx.$queryRaw`
        SELECT set_config('app.tenant_id', ${scope.tenantId}, true), set_config('app.subtree', ${scope.subtree ? "on" : "off"}, true),
          set_config('app.user_id', ${scope.userId ?? ""}, true), set_config('transaction_read_only', ${readOnly}, true)`;
      return work(tx);
    },
    { maxWait: READERS_WAIT_MS, timeout: scope.patienceMs ?? 15_000 },
  );
}
