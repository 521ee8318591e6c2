import { createHash, randomInt } from "node:crypto";
import { crc32 } from "node:zlib";

const LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const SHAPE = /^(rft_[0-9A-Za-z]{8})_([0-9A-Za-z]{40})([0-9A-Za-z]{6})$/;

const letters = (count: number): string => Array.from({ length: count }, () => LETTERS[randomInt(62)]).join("");

/** Six letters that tell a token from a text that only looks like one, to us and to whoever looks for leaked ones. */
function checksum(text: string): string {
  let rest = crc32(text);
  let sum = "";
  for (let n = 0; n < 6; n += 1) {
    sum = `${LETTERS[rest % 62]}${sum}`;
    rest = Math.floor(rest / 62);
  }
  return sum;
}

export type NewToken = Readonly<{
  /** What is shown of it later. */
  prefix: string;
  /** All of it, to be shown once. */
  text: string;
  digest: Uint8Array<ArrayBuffer>;
}>;

/** A new token: "rft_", eight letters that are shown, forty that are secret (238 bits), six that check both. */
export function newToken(prefix = `rft_${letters(8)}`): NewToken {
  const body = `${prefix}_${letters(40)}`;
  const text = `${body}${checksum(body)}`;
  return { prefix, text, digest: digestOf(text) };
}

/** What is stored of it. The secret is long and random, so one round is enough. */
export const digestOf = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(createHash("sha256").update(text).digest());

/** Whether a text can be a token at all: its form and its sum. */
export function isToken(text: string): boolean {
  const [, prefix, secret, sum] = SHAPE.exec(text) ?? [];
  return sum !== undefined && checksum(`${prefix}_${secret}`) === sum;
}
