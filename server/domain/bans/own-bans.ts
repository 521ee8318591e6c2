import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";

export type OwnBan = {
  /** An address; of IPv6 the /64 that it is in. */
  readonly network: string;
  readonly bannedAt: Date;
  readonly expiresAt: Date;
  /** Phones of the tenant worked there lately. */
  readonly works: boolean;
  /** Whoever asks comes from there. */
  readonly own: boolean;
  /** The provider holds it as well, for a reason of its own. */
  readonly byProvider: boolean;
  /** How often it failed at phones of the tenant within a week. */
  readonly failures: number;
  /** The extensions that it concerns, ten at most. */
  readonly extensions: readonly string[];
  /** Whether the tenant may take it back. */
  readonly canLift: boolean;
};

type Row = Omit<OwnBan, "failures" | "canLift"> & { failures: bigint };

/**
 * The addresses of a tenant that the telephone system refuses now: where its phones work, from where somebody failed at one of
 * them, and where whoever asks comes from. What the provider bans for other reasons and elsewhere is not told. 200 at most.
 * @param ownAddress where whoever asks comes from; empty when that is not known.
 */
export async function listOwnBans(tx: TenantRead, ownAddress: string): Promise<OwnBan[]> {
  const rows = await tx.$queryRaw<Row[]>`
    SELECT abbrev(address) AS network, banned_at AS "bannedAt", expires_at AS "expiresAt", works, own, by_provider AS "byProvider", failures, extensions
    FROM own_bans(${ownAddress})`;
  return rows.map(({ failures, ...row }) => ({
    ...row,
    failures: Number(failures),
    canLift: !row.byProvider && (row.works || row.own),
  }));
}

type Lift = Readonly<{ network: string; ownAddress: string; by: string }>;

const refusals: Readonly<Record<string, (network: string) => DomainError>> = {
  strange: (network) =>
    new DomainError(
      "forbidden",
      { network },
      `None of your phones worked at ${network}, and you are somewhere else: whoever tries there is not let in by you.`,
    ),
  provider: (network) =>
    new DomainError(
      "invalid_state",
      { network },
      `${network} is not banned for mistakes of your phones alone: ask your provider to lift it.`,
    ),
  often: (network) =>
    new DomainError(
      "rate_limited",
      { network, seconds: 3_600 },
      "Five bans were lifted within an hour: find the phone with the wrong secret first, or ask your provider.",
    ),
};

/**
 * Lets in again what was banned by itself at an address of the tenant's, from the commit on; what was counted there is forgotten.
 * Five times within an hour at most. What a person, an incident or a rule of the provider's holds stays. A repeat changes nothing.
 * @param by a person's id.
 * @returns false when it is none of the addresses of the tenant's that are banned.
 * @throws DomainError forbidden where nothing of the tenant's worked; invalid_state when the provider holds it; rate_limited.
 */
export async function liftOwnBan(tx: TenantWrite, { network, ownAddress, by }: Lift): Promise<boolean> {
  const [row] = await tx.$queryRaw<{ said: string }[]>`
    SELECT own_ban_lift(${network}::inet, ${ownAddress}, ${by}) AS said`;
  const refusal = refusals[row?.said ?? ""];
  if (refusal) throw refusal(network);
  return row?.said === "lifted";
}
