import { change } from "@/server/domain/audit/change";
import type { BanScope } from "@/server/domain/bans/ban.schema";
import { type Placed, placeAutomaticBan } from "@/server/domain/bans/bans";
import type { Db } from "@/server/infra/db/client";
import type { TenantId } from "@/server/kernel/ids";

type Failed = Readonly<{ scope: BanScope; address: string; failures: number; at: Date; requestId: string }>;

/** What a failure led to: a ban, or what works at that address and so kept it from one. */
export type Outcome = Readonly<{ tenantId: TenantId; network: string; ban?: Placed; kept?: string }>;

/**
 * Counts failed sign-ins of an address, and bans it when they reach the number within the window. An address from which
 * something works is not banned; that is said once a minute. IPv6 counts by /64. What cannot be an address counts nowhere.
 * @returns undefined while there is nothing to say.
 */
export async function countFailures(
  db: Db,
  { scope, address, failures, at, requestId }: Failed,
): Promise<Outcome | undefined> {
  const [row] = await db.$queryRaw<
    { tenantId: TenantId; network: string; due: boolean; failures: bigint; kept: string }[]
  >`SELECT tenant_id AS "tenantId", abbrev(network) AS network, due, failures, kept
    FROM ban_failures(${at}::timestamptz, ${scope}, ${address}, ${failures}::int)`;
  if (!row) return undefined;
  const { tenantId, network, kept } = row;
  if (!row.due) return { tenantId, network, kept };
  const actor = { kind: "job", id: "bans.automatic", requestId } as const;
  try {
    const ban = await change(db, { tenantId, actor, action: "ban.place" }, async (tx) => {
      const placed = await placeAutomaticBan(tx, { network, scope, failures: Number(row.failures) });
      if (!placed) throw new NothingPlaced();
      const after = { network, scope, expiresAt: placed.expiresAt.toISOString(), timesBefore: placed.timesBefore };
      return { subject: `ban:${placed.id}`, after, result: placed };
    });
    return { tenantId, network, ban };
  } catch (error) {
    if (error instanceof NothingPlaced) return undefined;
    throw error;
  }
}

/** Somebody else was faster, so there is no change to record. */
class NothingPlaced extends Error {}
