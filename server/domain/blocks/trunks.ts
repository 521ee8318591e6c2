import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";

export type Trunk = {
  /** Its endpoint in the PBX's files. */
  readonly trunk: string;
  /** Where its calls may come from; none: from what is configured. */
  readonly networks: readonly string[];
  /** What it is known by without a list: an address, perhaps with a port. */
  readonly configured: readonly string[];
  /** Calls that came from it and go on. */
  readonly calls: number;
};

/** Every trunk of the PBX, by name, at most 200. @throws DomainError not_found anywhere but at the operator. */
export const listTrunks = (tx: TenantRead): Promise<Trunk[]> =>
  tx.$queryRaw<Trunk[]>`SELECT trunk, networks, configured, calls FROM trunks()`;

type Cut = { kind: "call" | "registration" | "address"; what: string };

const sentences: Readonly<Record<Cut["kind"], (what: string) => string>> = {
  call: (what) => `A call that goes on came from ${what}`,
  registration: (what) => `The trunk is registered from ${what}`,
  address: (what) => `The trunk is known by ${what} now`,
};

/** Would this cut us off? What the trunk has now and these networks leave out. */
const wouldCutTrunk = (tx: TenantRead, trunk: string, networks: readonly string[]): Promise<Cut[]> =>
  tx.$queryRaw<Cut[]>`SELECT kind, what FROM trunk_would_cut(${trunk}, ${networks}::text[]::inet[])`;

type Wanted = Readonly<{ trunk: string; networks: readonly string[]; cutOff: boolean; isNew: boolean }>;

/**
 * Replaces the list of networks that a trunk's calls may come from. The PBX asks for it with the next call: from elsewhere
 * nobody is this trunk. Calls that go on are not ended, and calls that go out are not touched, emergency calls among them. A
 * repeat changes nothing. Locks the lists of all trunks.
 * @param wanted.networks as `networkField` gives them; none: the addresses that are configured.
 * @returns the list before.
 * @throws DomainError not_found for a trunk that is not known, unless `isNew`, and anywhere but at the operator; invalid_input when
 *   another trunk has one of the networks, or of what an empty list means; ban_cuts_off when the list leaves out what the trunk has now and `cutOff` does not
 *   say that it may.
 */
export async function setTrunkNetworks(
  tx: TenantWrite,
  { trunk, networks, cutOff, isNew }: Wanted,
): Promise<{ before: readonly string[] }> {
  await tx.$queryRaw`SELECT trunks_lock()::text`;
  const before = (await listTrunks(tx)).find((one) => one.trunk === trunk)?.networks ?? [];
  type Overlap = { trunk: string; network: string; theirs: string };
  const [overlap] = await tx.$queryRaw<Overlap[]>`
    SELECT trunk, network, theirs FROM trunk_overlaps(${trunk}, ${networks}::text[]::inet[])`;
  if (overlap) {
    const sentence = `${overlap.network} meets ${overlap.theirs} of the trunk ${overlap.trunk}: a call from there could be either's.`;
    throw new DomainError("invalid_input", { field: "networks" }, sentence);
  }
  const [first, ...others] = await wouldCutTrunk(tx, trunk, networks);
  if (first !== undefined && !cutOff) {
    const more = others.length > 0 ? `, and ${others.length} more` : "";
    const sentence = `${sentences[first.kind](first.what)}${more}, which the list leaves out. Add it, or say that it is to be cut off.`;
    throw new DomainError("ban_cuts_off", { kind: "trunk", what: first.what }, sentence);
  }
  await tx.$queryRaw`SELECT trunk_set_networks(${trunk}, ${networks}::text[]::inet[], ${isNew})::text`;
  return { before };
}
