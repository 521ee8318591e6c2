import { codeAt, stepAt } from "@/server/domain/people/totp.rules";

/** What an authenticator app makes of a secret that was shown. */
export const secretBytes = (base32: string): Buffer => {
  const bits = [...base32].map((sign) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(sign).toString(2).padStart(5, "0"));
  return Buffer.from((bits.join("").match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
};
const STEP_MS = 30_000;
/** The code of now, or of a neighbouring half minute: each is good once. */
export const codeOf = (secret: string, off = 0): string => codeAt(secretBytes(secret), stepAt(Date.now()) + off);
/** The code before, which is good for as long as this half minute lasts: at its very end the next one is waited for. */
export async function codeBefore(secret: string): Promise<string> {
  const leftMs = STEP_MS - (Date.now() % STEP_MS);
  if (leftMs < 8_000) await new Promise((resolve) => setTimeout(resolve, leftMs));
  return codeOf(secret, -1);
}
