import { sentenceReader } from "@/server/kernel/sentence-forms";
import { type Message, msg, say, spoken } from "@/server/kernel/words";

/** What the portal itself notes with a movement, as it is stored; a test compares both. */
export const ownMemos: readonly Message[] = [
  msg("Automatic top-up by card"),
  msg("By bank"),
  msg("Call from outside"),
  msg("Call from {number}"),
  msg("Call to {number}"),
  msg("memo|Credit"),
  msg("Credit D-{number}"),
  msg("Dispute won, money is back"),
  msg("Initial credit"),
  msg("Payment by card"),
  msg("Payment by card disputed"),
  msg("Pays what a reversed payment left open"),
  msg("Re-rated"),
  msg("Refund did not go through, money is back"),
  msg("Refund of a payment by card"),
  msg("Top-up"),
  msg("Voucher"),
];
const read = sentenceReader(ownMemos);
/** What stands in them: anything else that begins so was typed by somebody. */
const NUMBER = /^[+*#\d]{1,40}$/;

/** What a movement was for, in the language of whoever reads it; what people typed stays as it is. */
export function memoInWords(memo: string): string {
  const found = spoken() === "en" ? undefined : read(memo);
  return found && Object.values(found.values).every((value) => NUMBER.test(value))
    ? say(found.message, found.values)
    : memo;
}
