/** What is dialled is no longer than this. */
const LONGEST = 64;

/**
 * A number as people write it, as it is dialled: "tel:+49 (0)30 / 1234-56" becomes +49301234567 and the like. A plus stays in
 * front only; star and hash stay, since services begin with them. Letters and signs that are no part of numbers make it empty.
 */
export function dialText(written: string): string {
  const plain = written
    .normalize("NFKC")
    // Marks of direction come along unseen when a number is copied.
    .replace(/\p{Cf}/gu, "")
    .trim()
    .replace(/^(?:tel|sip|callto):(?:\/\/)?/i, "")
    .replace(/^\+{2,}/, "+");
  // (0) is dialled inside the country only.
  const domestic = /^(?:\+|00)/.test(plain) ? plain.replace(/\(0\)/, "") : plain;
  const digits = domestic.replace(/[\s()[\]./\\‐-―−·_-]/gu, "");
  return /^\+?[0-9*#]+$/.test(digits) && digits.length <= LONGEST ? digits : "";
}
