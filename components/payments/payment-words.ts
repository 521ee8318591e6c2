import type { Tone } from "@/components/ui/notice";

type Words = Readonly<{ word: string; tone: Tone | undefined }>;

const states: Readonly<Record<string, Words>> = {
  pending: { word: "Waiting", tone: "warn" },
  paid: { word: "Paid", tone: "ok" },
  failed: { word: "Failed", tone: "bad" },
  refunded: { word: "Refunded", tone: undefined },
  partly_refunded: { word: "Partly refunded", tone: undefined },
  disputed: { word: "Disputed", tone: "bad" },
};

/** The word of a payment's state, with its tone; a state of a later version is shown as it is stored. */
export const paymentWords = (state: string): Words => states[state] ?? { word: state, tone: undefined };

const reversals: Readonly<Record<string, string>> = {
  "refund asked": "Refund on its way",
  "refund done": "Refunded",
  "refund failed": "Refund failed, money is back",
  "dispute open": "Disputed by the card's owner",
  "dispute lost": "Dispute lost",
  "dispute won": "Dispute won, money is back",
};

/** What became of money that went back. */
export const reversalWords = ({ kind, state }: Readonly<{ kind: string; state: string }>): string =>
  reversals[`${kind} ${state}`] ?? `${kind} ${state}`;

const requests: Readonly<Record<string, string>> = { pending: "Waiting", approved: "Added", rejected: "Declined" };

/** What became of a request to post money that was paid outside. */
export const requestWord = (state: string): string => requests[state] ?? state;

const purposes: Readonly<Record<string, string>> = { auto: "Automatic, saved card", card: "By saved card" };

/** What paid: a person at the provider's page, or with the saved card, or that card by itself. */
export const purposeWords = (purpose: string): string => purposes[purpose] ?? "By card";

/** What stands on the card, as people know it. */
export const cardText = ({ brand, last4 }: Readonly<{ brand: string; last4: string }>): string =>
  `${brand.charAt(0).toUpperCase()}${brand.slice(1)} ending in ${last4}`;

/** The end of a card's life, as it is printed on it. */
export const expiryText = ({ expMonth, expYear }: Readonly<{ expMonth: number; expYear: number }>): string =>
  `${String(expMonth).padStart(2, "0")}/${String(expYear % 100).padStart(2, "0")}`;

/** Cards are charged whole cents, from 1.00 to 10 000.00. The sentence for an amount that is not one of those. */
export function cardAmountProblem(amount: bigint | undefined): string | undefined {
  if (amount === undefined) return "Write an amount such as 10 or 12.50.";
  if (amount < 1_000_000n) return "The least is 1.00.";
  if (amount > 10_000_000_000n) return "The most at once is 10000.00.";
  return amount % 10_000n === 0n ? undefined : "A card is charged whole cents.";
}

/** What people top up by, in whole units of the currency. */
export const PRESETS = ["10", "25", "50", "100"] as const;
