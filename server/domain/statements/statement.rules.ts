import type { Language } from "@/server/kernel/languages";
import { decimalOf } from "@/server/kernel/money";
import { type Message, msg, say, spoken } from "@/server/kernel/words";

/** One row of the document's table, in words and numbers only. */
export type StatementRow = Readonly<{
  day: string;
  what: string;
  /** How many calls, and how long they were charged for; empty for what is no call. */
  calls: string;
  billed: string;
  amountMicros: bigint;
}>;

/**
 * What stands between thousands and before decimals, and how a day is written. By a table of our own and not the machine's, so that
 * a document is the same bytes everywhere; a test holds it against Intl, whose narrow space in French our font has not.
 */
const signs: Readonly<Record<Language, readonly [thousands: string, decimal: string, day: "ymd" | "." | "/"]>> = {
  en: [",", ".", "ymd"],
  de: [".", ",", "."],
  es: [".", ",", "/"],
  fr: ["\u00a0", ",", "/"],
  pt: [".", ",", "/"],
  ar: [",", ".", "/"],
};
const signsNow = () => signs[spoken() as Language] ?? signs.en;

/** Spanish begins to part thousands with the fifth digit. */
const grouped = (whole: string): string =>
  spoken() === "es" && whole.length < 5 ? whole : whole.replace(/\B(?=(\d{3})+$)/g, signsNow()[0]);

/** A decimal such as "7.5" with the sign of the language spoken. */
export const decimalText = (decimal: string): string => decimal.replace(".", signsNow()[1]);

/** A day, given as 2026-03-31, as a document in the language spoken shows it. */
export function writtenDay(day: string): string {
  const by = signsNow()[2];
  return by === "ymd" ? day : day.split("-").reverse().join(by);
}

/**
 * An exact amount as a document shows it: with the currency's decimals, and up to six where those would hide something:
 * "1,234.50", "−0.0125".
 */
export function exactText(amount: bigint, decimals: number): string {
  const [whole = "0", fraction = ""] = decimalOf(amount < 0n ? -amount : amount).split(".");
  const kept = fraction.slice(0, decimals) + fraction.slice(decimals).replace(/0+$/, "");
  return `${amount < 0n ? "\u2212" : ""}${grouped(whole)}${kept ? `${signsNow()[1]}${kept}` : ""}`;
}

/** The decimals that show every one of these amounts exactly, and no fewer than the currency has: a column lines up. */
export function placesOf(amounts: readonly bigint[], decimals: number): number {
  const needed = amounts.map((amount) => decimalOf(amount).split(".")[1]?.replace(/0+$/, "").length ?? 0);
  return needed.reduce((most, one) => Math.max(most, one), decimals);
}

const DRAWN =
  /^[\u0020-\u007e\u00a0-\u00ac\u00ae-\u0113\u0116-\u012b\u012e-\u0137\u0139-\u013e\u0141-\u0148\u014a-\u014d\u0150-\u017e\u0218-\u021b\u2013\u2014\u2018-\u201a\u201c-\u201e\u2020-\u2022\u2026\u2039\u203a\u20ac\u2122\u2212]$/u;

/** Whether the document's own font has this letter. */
export const isDrawn = (letter: string): boolean => DRAWN.test(letter);

/**
 * A text as a cell of a table that a spreadsheet opens: what it would take for a formula begins with an apostrophe, and
 * what would end the line is a space.
 */
export function cellText(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ");
  return /^\s*[=+\-@]/.test(line) ? `'${line}` : line;
}

/** Seconds as "1:02:03" or "2:03". */
export function clockText(seconds: number): string {
  const two = (part: number) => String(part).padStart(2, "0");
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

const words: Readonly<Record<string, Message>> = {
  top_up: msg("Top-ups"),
  charge: msg("Calls"),
  correction: msg("Corrections"),
  voucher: msg("Vouchers"),
  transfer: msg("Credit moved"),
  payment: msg("Payments"),
  refund: msg("Refunds"),
  dispute: msg("Payments disputed"),
  debt: msg("Debts settled"),
  fee: msg("Fees"),
};

/** What a kind of movement is called on a document; a new one is read from its name until it has a word. */
export function kindWords(kind: string): string {
  const known = words[kind];
  if (known) return say(known);
  const plain = kind.replaceAll("_", " ");
  return plain.charAt(0).toUpperCase() + plain.slice(1);
}

/** Whether a text is a day of the calendar, as YYYY-MM-DD. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}
