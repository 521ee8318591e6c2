const words: Readonly<Record<string, string>> = {
  top_up: "Top-up",
  charge: "Call",
  transfer: "Transfer",
  adjustment: "Adjustment",
  refund: "Refund",
  fee: "Fee",
  credit: "Credit",
};

/** What a kind of ledger line is called. */
export function ledgerKind(kind: string): string {
  const known = words[kind];
  if (known) return known;
  const plain = kind.replaceAll(/[_.-]+/g, " ");
  return plain.charAt(0).toUpperCase() + plain.slice(1);
}
