import { createHmac, randomBytes } from "node:crypto";

/** No I, L, O and U: what people mistake for another sign, or read as a word. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/** 19 signs of five bits are 95 bits of chance; the twentieth finds typing mistakes. */
const RANDOM_SIGNS = 19;

/** A new code such as SUMMER-7K2M-…: the prefix, and twenty signs in groups of four. */
export function newVoucherCode(prefix: string): string {
  const signs = [...randomBytes(RANDOM_SIGNS)].map((byte) => ALPHABET[byte % ALPHABET.length] ?? "").join("");
  const whole = signs + checkSign(signs);
  return [...(prefix ? [prefix] : []), ...(whole.match(/.{4}/g) ?? [])].join("-");
}

/**
 * What was typed, as it is kept: no blanks or dashes, capital letters, and the signs that look alike as the one meant.
 * @returns undefined when it cannot be a code: too short, another sign, or a typing mistake that the last sign shows.
 */
export function readVoucherCode(typed: string): string | undefined {
  const text = typed
    .toUpperCase()
    .replaceAll(/[\s\u2010-\u2015-]/g, "")
    .replaceAll("O", "0")
    .replaceAll(/[IL]/g, "1");
  if (!/^[0-9A-Z]{20,28}$/.test(text)) return undefined;
  const signs = text.slice(-(RANDOM_SIGNS + 1));
  if ([...signs].some((sign) => !ALPHABET.includes(sign))) return undefined;
  return checkSign(signs.slice(0, -1)) === signs.at(-1) ? text : undefined;
}

/** The only form in which a code is stored: nobody who reads the database can try codes without the key. */
export const voucherDigest = (code: string, key: string): Buffer =>
  createHmac("sha256", key).update(`voucher:${code}`).digest();

/** Luhn's sum in base 32: finds every wrong sign and almost every exchanged pair of neighbours. */
function checkSign(signs: string): string {
  const base = ALPHABET.length;
  const sum = [...signs].toReversed().reduce((total, sign, at) => {
    const value = ALPHABET.indexOf(sign) * (at % 2 === 0 ? 2 : 1);
    return total + Math.floor(value / base) + (value % base);
  }, 0);
  return ALPHABET[(base - (sum % base)) % base] ?? "";
}

/** The key of the digests, of this installation only. */
export const voucherKeyOf = (authSecret: string): string =>
  createHmac("sha256", authSecret).update("voucher codes").digest("base64url");
