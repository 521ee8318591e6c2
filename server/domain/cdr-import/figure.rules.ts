export type Decimals = "point" | "comma";

/** Larger than any call; what is above it is a column that was mistaken for another. */
const MOST_UNITS = 1_000_000n;

/**
 * Reads an amount of a file as micros. More than six decimals are rounded up to the next micro: a carrier's cost is never
 * made smaller than it is. A currency's sign or code around it is no trouble.
 * @returns undefined for what is no amount that is zero or more.
 */
export function readAmount(text: string, decimals: Decimals): bigint | undefined {
  const bare = text.trim().replace(/^(?:[A-Z]{3}|[€$£])\s*|\s*(?:[A-Z]{3}|[€$£])$/g, "");
  const [group, point] =
    decimals === "comma" ? [/[.\u00a0 '](?=\d{3}(?:\D|$))/g, ","] : [/[,\u00a0 '](?=\d{3}(?:\D|$))/g, "."];
  const plain = bare.replace(group, "").replace(point, ".");
  const found = /^\+?(\d{1,12})(?:\.(\d{1,18})?)?$/.exec(plain);
  if (!found) return undefined;
  const [, whole = "0", fraction = ""] = found;
  if (BigInt(whole) > MOST_UNITS) return undefined;
  const kept = BigInt(fraction.slice(0, 6).padEnd(6, "0"));
  const more = /[1-9]/.test(fraction.slice(6)) ? 1n : 0n;
  return BigInt(whole) * 1_000_000n + kept + more;
}

const DAY_MS = 86_400_000;

/**
 * Reads a duration: seconds with or without a fraction, minutes where the column says so, or h:mm:ss and mm:ss.
 * @returns milliseconds, or undefined for what is none or longer than a day.
 */
export function readDuration(
  text: string,
  unit: "seconds" | "minutes" | "milliseconds",
  decimals: Decimals,
): number | undefined {
  const trimmed = text.trim();
  const clock = /^(?:(\d{1,3}):)?(\d{1,3}):(\d{2})(?:[.,](\d{1,3}))?$/.exec(trimmed);
  if (clock) {
    const [, h = "0", m = "0", s = "0", fraction = ""] = clock;
    return within(((Number(h) * 60 + Number(m)) * 60 + Number(s)) * 1000 + Number(fraction.padEnd(3, "0")));
  }
  const plain = decimals === "comma" ? trimmed.replace(",", ".") : trimmed;
  if (!/^\d{1,9}(?:\.\d{1,9})?$/.test(plain)) return undefined;
  const factor = { seconds: 1_000, minutes: 60_000, milliseconds: 1 }[unit];
  return within(Math.round(Number(plain) * factor));
}

const within = (ms: number): number | undefined => (ms <= DAY_MS ? ms : undefined);

/**
 * The digits of a dialled number in the form in which our calls keep it: no plus sign, no international prefix.
 * @returns undefined for what has no digits of a number.
 */
export function readNumber(text: string): string | undefined {
  const digits = text
    .replace(/^sips?:|^tel:/i, "")
    .replace(/@.*$/, "")
    .replace(/[\s()./-]/g, "")
    .replace(/^\+/, "")
    .replace(/^00/, "");
  return /^\d{2,20}$/.test(digits) ? digits : undefined;
}
