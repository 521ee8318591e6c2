import { formatNetwork, type Network } from "@/server/domain/bans/network.rules";

/** Addresses from `first` to `last` that are banned until one moment. */
type BanPiece = Readonly<{ family: Family; first: bigint; last: bigint; endsAt: number }>;

type Family = Network["family"];

const width = (family: Family): number => (family === 4 ? 32 : 128);

/**
 * The bans of one family with no address twice: where one lies in another, each address keeps the later end. A set of nftables takes no
 * elements that overlap, and where it merges them itself it keeps the end of one.
 */
export function apart(family: Family, bans: readonly Readonly<{ network: Network; endsAt: number }>[]): BanPiece[] {
  const pieces: BanPiece[] = [];
  /** The networks around the address that is looked at, the innermost last; each ends later than those around it. */
  const around: { last: bigint; endsAt: number }[] = [];
  let first = 0n;
  const tellUpTo = (last: bigint) => {
    const innermost = around.at(-1);
    if (innermost && first <= last) pieces.push({ family, first, last, endsAt: innermost.endsAt });
    first = last + 1n;
  };
  const leaveBefore = (address: bigint | undefined) => {
    for (let inner = around.at(-1); inner; inner = around.at(-1)) {
      if (address !== undefined && inner.last >= address) return;
      tellUpTo(inner.last);
      around.pop();
    }
  };
  // The wider one first where two begin together.
  const inOrder = bans
    .filter(({ network }) => network.family === family)
    .sort(({ network: a }, { network: b }) => (a.base === b.base ? a.prefix - b.prefix : a.base < b.base ? -1 : 1));
  for (const { network, endsAt } of inOrder) {
    leaveBefore(network.base);
    const outer = around.at(-1);
    if (outer && outer.endsAt >= endsAt) continue;
    tellUpTo(network.base - 1n);
    around.push({ last: network.base + (1n << BigInt(width(family) - network.prefix)) - 1n, endsAt });
  }
  leaveBefore(undefined);
  return pieces;
}

/** As nftables reads it: an address, a network, or the first and the last address. */
export function pieceText({ family, first, last }: BanPiece): string {
  const address = (base: bigint) => formatNetwork({ family, base, prefix: width(family) });
  const size = last - first + 1n;
  const bits = size.toString(2).length - 1;
  if (size === 1n << BigInt(bits) && first % size === 0n)
    return formatNetwork({ family, base: first, prefix: width(family) - bits });
  return `${address(first)}-${address(last)}`;
}
