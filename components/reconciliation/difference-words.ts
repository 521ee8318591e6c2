import type { DifferenceKind } from "@/server/domain/reconciliation/difference-kinds.schema";
import { type Message, msg, say, t } from "@/server/kernel/words";

type Words = Readonly<{
  /** In the table. */
  title: Message;
  /** What it means, for who must decide. */
  meaning: Message;
  /** What can be done about it. */
  next: Message;
}>;

const words: Readonly<Record<DifferenceKind, Words>> = {
  hold_without_channel: {
    title: msg("Hold without channel"),
    meaning: msg("Money is, or was, held for a call that the PBX no longer has, and nobody reported how it ended."),
    next: msg("Look for the call in the PBX's records. If money is still held, say how long was talked."),
  },
  channel_without_hold: {
    title: msg("Channel without hold"),
    meaning: msg("The PBX had a paid call for which no money was held. It was ended."),
    next: msg("Find out how it got past call control: a dialplan of your own, or another number for the same trunk."),
  },
  record_without_charge: {
    title: msg("Record without charge"),
    meaning: msg("A call was talked and nobody paid for it."),
    next: msg("Correct the customer's balance if it is to be paid, then close this with what you did."),
  },
  charge_without_record: {
    title: msg("Charge without record"),
    meaning: msg("The ledger has a charge for a call that is not over, or that does not exist."),
    next: msg("It closes by itself once the books agree. Restore the record, or correct the charge."),
  },
  shortfall: {
    title: msg("Shortfall"),
    meaning: msg("The talk cost more than could be taken from the wallet. The rest was not charged."),
    next: msg("Collect the rest, or write it off and say so."),
  },
  wallet_mismatch: {
    title: msg("Wallet mismatch"),
    meaning: msg("A wallet's balance, its holds or its chain of entries do not add up."),
    next: msg(
      "It closes by itself once the books agree. Nothing of ours changes a balance without an entry: look who did.",
    ),
  },
  cdr_without_call: {
    title: msg("PBX record without call"),
    meaning: msg("The imported file has an answered call that is not among ours."),
    next: msg("Find out whose it is; if it went over your trunk it costs money."),
  },
  call_missing_in_cdr: {
    title: msg("Missing in the PBX's file"),
    meaning: msg("We charged a call of which the imported file has no record."),
    next: msg("Check that the file is complete. If the call never was, give the money back."),
  },
  cdr_duration: {
    title: msg("Talk time differs, PBX"),
    meaning: msg("The imported record and our call disagree about the talk time."),
    next: msg("Decide which of the two is right; correct the balance, or close this."),
  },
  carrier_charge_without_call: {
    title: msg("Carrier charge without call"),
    meaning: msg("The carrier charges a call that is not among ours."),
    next: msg("Dispute it with the carrier, or find the way by which it left without us."),
  },
  call_missing_at_carrier: {
    title: msg("Missing at the carrier"),
    meaning: msg("We charged a call that the carrier's file does not have."),
    next: msg("Check that the file covers the day. The carrier may still charge it, or it never got through."),
  },
  carrier_duration: {
    title: msg("Talk time differs, carrier"),
    meaning: msg("The carrier and we disagree about the talk time."),
    next: msg("Longer there: dispute it. Longer here: the customer may have paid too much."),
  },
  carrier_price: {
    title: msg("Price differs, carrier"),
    meaning: msg("The carrier's price is not the one agreed, or above what was taken for the call."),
    next: msg("Dispute it, or load the carrier's new prices and mend yours."),
  },
  payment_mismatch: {
    title: msg("Payment mismatch"),
    meaning: msg("What payments by card, their reversals or the debts of them say is not what the ledger says."),
    next: msg(
      "It closes by itself once the books agree. Nothing of ours moves a payment without the ledger: look who did.",
    ),
  },
  payment_uncredited: {
    title: msg("Payment not credited"),
    meaning: msg("The payment provider reported money that is not what was asked for. It was not credited."),
    next: msg(
      "Look at the payment at the provider: give it back there, or correct the balance. Then say what you did.",
    ),
  },
  refund_untold: {
    title: msg("Refund not made"),
    meaning: msg("A refund left the balance more than a day ago, and the payment provider has not confirmed it."),
    next: msg(
      "It is asked for again every six hours and closes by itself. Look whether the provider is set up and reachable.",
    ),
  },
};

/** The words of one kind; a kind of a later version is shown as it is stored. */
export function differenceWords(kind: string): Readonly<Record<keyof Words, string>> {
  const known = (words as Readonly<Record<string, Words>>)[kind];
  return known
    ? { title: say(known.title), meaning: say(known.meaning), next: say(known.next) }
    : { title: kind.replaceAll("_", " "), meaning: "", next: "" };
}

export const kindChoices = (): readonly Readonly<{ value: string; label: string }>[] => [
  { value: "", label: t("Any kind") },
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
