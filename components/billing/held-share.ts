/** Whole per cent of the settled money that is spoken for; a hold too small to see still takes one per cent. */
export function heldShare(postedMicros: bigint, heldMicros: bigint): number {
  if (heldMicros <= 0n) return 0;
  if (postedMicros <= 0n) return 100;
  const share = Number((heldMicros * 100n) / postedMicros);
  return Math.min(100, Math.max(1, share));
}
