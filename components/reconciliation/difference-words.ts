import type { DifferenceKind } from "@/server/domain/reconciliation/difference-kinds.schema";

type Words = Readonly<{
  /** In the table. */
  title: string;
  /** What it means, for who must decide. */
  meaning: string;
  /** What can be done about it. */
  next: string;
}>;

const words: Readonly<Record<DifferenceKind, Words>> = {
  hold_without_channel: {
    title: "Hold without channel",
    meaning: "Money is, or was, held for a call that the PBX no longer has, and nobody reported how it ended.",
    next: "Look for the call in the PBX's records. If money is still held, say how long was talked.",
  },
  channel_without_hold: {
    title: "Channel without hold",
    meaning: "The PBX had a paid call for which no money was held. It was ended.",
    next: "Find out how it got past call control: a dialplan of your own, or another number for the same trunk.",
  },
  record_without_charge: {
    title: "Record without charge",
    meaning: "A call was talked and nobody paid for it.",
    next: "Correct the customer's balance if it is to be paid, then close this with what you did.",
  },
  charge_without_record: {
    title: "Charge without record",
    meaning: "The ledger has a charge for a call that is not over, or that does not exist.",
    next: "It closes by itself once the books agree. Restore the record, or correct the charge.",
  },
  shortfall: {
    title: "Shortfall",
    meaning: "The talk cost more than could be taken from the wallet. The rest was not charged.",
    next: "Collect the rest, or write it off and say so.",
  },
  wallet_mismatch: {
    title: "Wallet mismatch",
    meaning: "A wallet's balance, its holds or its chain of entries do not add up.",
    next: "It closes by itself once the books agree. Nothing of ours changes a balance without an entry: look who did.",
  },
  cdr_without_call: {
    title: "PBX record without call",
    meaning: "The imported file has an answered call that is not among ours.",
    next: "Find out whose it is; if it went over your trunk it costs money.",
  },
  call_missing_in_cdr: {
    title: "Missing in the PBX's file",
    meaning: "We charged a call of which the imported file has no record.",
    next: "Check that the file is complete. If the call never was, give the money back.",
  },
  cdr_duration: {
    title: "Talk time differs, PBX",
    meaning: "The imported record and our call disagree about the talk time.",
    next: "Decide which of the two is right; correct the balance, or close this.",
  },
  carrier_charge_without_call: {
    title: "Carrier charge without call",
    meaning: "The carrier charges a call that is not among ours.",
    next: "Dispute it with the carrier, or find the way by which it left without us.",
  },
  call_missing_at_carrier: {
    title: "Missing at the carrier",
    meaning: "We charged a call that the carrier's file does not have.",
    next: "Check that the file covers the day. The carrier may still charge it, or it never got through.",
  },
  carrier_duration: {
    title: "Talk time differs, carrier",
    meaning: "The carrier and we disagree about the talk time.",
    next: "Longer there: dispute it. Longer here: the customer may have paid too much.",
  },
  carrier_price: {
    title: "Price differs, carrier",
    meaning: "The carrier's price is not the one agreed, or above what was taken for the call.",
    next: "Dispute it, or load the carrier's new prices and mend yours.",
  },
  payment_mismatch: {
    title: "Payment mismatch",
    meaning: "What payments by card, their reversals or the debts of them say is not what the ledger says.",
    next: "It closes by itself once the books agree. Nothing of ours moves a payment without the ledger: look who did.",
  },
  payment_uncredited: {
    title: "Payment not credited",
    meaning: "The payment provider reported money that is not what was asked for. It was not credited.",
    next: "Look at the payment at the provider: give it back there, or correct the balance. Then say what you did.",
  },
  refund_untold: {
    title: "Refund not made",
    meaning: "A refund left the balance more than a day ago, and the payment provider has not confirmed it.",
    next: "It is asked for again every six hours and closes by itself. Look whether the provider is set up and reachable.",
  },
};

/** The words of one kind; a kind of a later version is shown as it is stored. */
export const differenceWords = (kind: string): Words =>
  (words as Readonly<Record<string, Words>>)[kind] ?? { title: kind.replaceAll("_", " "), meaning: "", next: "" };

export const kindChoices: readonly Readonly<{ value: string; label: string }>[] = [
  { value: "", label: "Any kind" },
  ...Object.entries(words).map(([value, { title }]) => ({ value, label: title })),
];

const selfClosing: ReadonlySet<string> = new Set([
  "wallet_mismatch",
  "charge_without_record",
  "payment_mismatch",
  "refund_untold",
]);

/** These close by themselves when the books agree again; nobody can close them by hand. */
export const closesItself = (kind: string): boolean => selfClosing.has(kind);
