import { type Message, msg, say } from "@/server/kernel/words";

const words: Readonly<Record<string, Message>> = {
  top_up: msg("Top-up"),
  charge: msg("Call"),
  transfer: msg("ledger|Transfer"),
  adjustment: msg("Adjustment"),
  refund: msg("payment|Refund"),
  fee: msg("Fee"),
  credit: msg("ledger|Credit"),
};

/** What a kind of ledger line is called. */
export function ledgerKind(kind: string): string {
  const known = words[kind];
  if (known) return say(known);
  const plain = kind.replaceAll(/[_.-]+/g, " ");
  return plain.charAt(0).toUpperCase() + plain.slice(1);
}
