import type { Tone } from "@/components/ui/notice";
import { type Message, msg, say, t } from "@/server/kernel/words";

type Words = Readonly<{ word: string; tone: Tone | undefined }>;

const states: Readonly<Record<string, Readonly<{ word: Message; tone: Tone | undefined }>>> = {
  pending: { word: msg("Waiting"), tone: "warn" },
  paid: { word: msg("Paid"), tone: "ok" },
  failed: { word: msg("Failed"), tone: "bad" },
  refunded: { word: msg("Refunded"), tone: undefined },
  partly_refunded: { word: msg("Partly refunded"), tone: undefined },
  disputed: { word: msg("Disputed"), tone: "bad" },
};

/** The word of a payment's state, with its tone; a state of a later version is shown as it is stored. */
export function paymentWords(state: string): Words {
  const known = states[state];
  return known ? { word: say(known.word), tone: known.tone } : { word: state, tone: undefined };
}

const reversals: Readonly<Record<string, Message>> = {
  "refund asked": msg("Refund on its way"),
  "refund done": msg("Refunded"),
  "refund failed": msg("Refund failed, money is back"),
  "dispute open": msg("Disputed by the card's owner"),
  "dispute lost": msg("Dispute lost"),
  "dispute won": msg("Dispute won, money is back"),
};

/** What became of money that went back. */
export function reversalWords({ kind, state }: Readonly<{ kind: string; state: string }>): string {
  const known = reversals[`${kind} ${state}`];
  return known ? say(known) : `${kind} ${state}`;
}

const requests: Readonly<Record<string, Message>> = {
  pending: msg("Waiting"),
  approved: msg("Added"),
  rejected: msg("Declined"),
};

/** What became of a request to post money that was paid outside. */
export function requestWord(state: string): string {
  const known = requests[state];
  return known ? say(known) : state;
}

const purposes: Readonly<Record<string, Message>> = { auto: msg("Automatic, saved card"), card: msg("By saved card") };

/** What paid: a person at the provider's page, or with the saved card, or that card by itself. */
export const purposeWords = (purpose: string): string => say(purposes[purpose] ?? msg("By card"));

/** What stands on the card, as people know it. */
export const cardText = ({ brand, last4 }: Readonly<{ brand: string; last4: string }>): string =>
  t("{brand} ending in {last4}", { brand: `${brand.charAt(0).toUpperCase()}${brand.slice(1)}`, last4 });

/** The end of a card's life, as it is printed on it. */
export const expiryText = ({ expMonth, expYear }: Readonly<{ expMonth: number; expYear: number }>): string =>
  `${String(expMonth).padStart(2, "0")}/${String(expYear % 100).padStart(2, "0")}`;

/** Cards are charged whole cents, from 1.00 to 10 000.00. The sentence for an amount that is not one of those. */
export function cardAmountProblem(amount: bigint | undefined): string | undefined {
  if (amount === undefined) return t("Write an amount such as 10 or 12.50.");
  if (amount < 1_000_000n) return t("The least is 1.00.");
  if (amount > 10_000_000_000n) return t("The most at once is 10000.00.");
  return amount % 10_000n === 0n ? undefined : t("A card is charged whole cents.");
}

/** What people top up by, in whole units of the currency. */
export const PRESETS = ["10", "25", "50", "100"] as const;
