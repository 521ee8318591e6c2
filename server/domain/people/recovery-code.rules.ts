import { createHmac, randomBytes } from "node:crypto";

/** No I, L, O and U: what people mistake for another sign. 32 signs, so that five bits of chance are one. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const CODES = 10;
const SIGNS = 12;

/** Ten new codes of 60 bits, such as 7K2M-QX4D-09TZ. */
export const newRecoveryCodes = (): readonly string[] =>
  Array.from({ length: CODES }, () => {
    const signs = [...randomBytes(SIGNS)].map((byte) => ALPHABET[byte % ALPHABET.length] ?? "").join("");
    return (signs.match(/.{4}/g) ?? []).join("-");
  });

/**
 * What was typed, as it is kept: capital letters without blanks and dashes, signs that look alike as the one meant.
 * @returns undefined when it cannot be a code.
 */
export function readRecoveryCode(typed: string): string | undefined {
  const text = typed
    .toUpperCase()
    .replaceAll(/[\s\u2010-\u2015-]/g, "")
    .replaceAll("O", "0")
    .replaceAll(/[IL]/g, "1");
  return text.length === SIGNS && [...text].every((sign) => ALPHABET.includes(sign)) ? text : undefined;
}

/** The only form in which a code is stored: nobody who reads the database can try codes without the key. */
export const recoveryDigest = (key: Buffer, owner: string, code: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(createHmac("sha256", key).update(`recovery:${owner}:${code}`).digest());
