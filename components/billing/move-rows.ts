export type MoveWay = "receive" | "give" | "back";

type Wallet = Readonly<{
  slug: string;
  name: string;
  parentSlug: string | null;
  currency: string;
  availableMicros: bigint;
}>;
type Own = Readonly<{ slug: string; name: string; kind: string }>;

type Move = Readonly<{
  way: MoveWay;
  tenant: Own;
  target: Wallet | undefined;
  available: bigint;
  micros: bigint;
}>;

/** The wallets that the move touches, with what is available before and after. The operator's own is not touched by what it gives. */
export function moveRows({
  way,
  tenant,
  target,
  available,
  micros,
}: Move): readonly { name: string; before: bigint; after: bigint }[] {
  const gain = way === "give" ? -micros : micros;
  const own = { name: tenant.name, before: available, after: available + gain };
  const others = target
    ? [{ name: target.name, before: target.availableMicros, after: target.availableMicros - gain }]
    : [];
  return tenant.kind === "operator" && way === "give" ? others : [own, ...others];
}
