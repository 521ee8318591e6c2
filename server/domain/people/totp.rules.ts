import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** RFC 4648 without padding: what authenticator apps read. */
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const STEP_MS = 30_000;
const DIGITS = 6;
/** RFC 4226 asks for 160 bits. */
const SECRET_BYTES = 20;
/** A clock may be half a minute off, to either side. */
const DRIFT = [0, -1, 1] as const;

/** A new secret, never seen before. */
export const newTotpSecret = (): Buffer => randomBytes(SECRET_BYTES);

/** As people type it. */
export function base32Of(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return (bits.match(/.{1,5}/g) ?? []).map((five) => BASE32[Number.parseInt(five.padEnd(5, "0"), 2)] ?? "").join("");
}

/** The half minute of a moment, as RFC 6238 counts them. */
export const stepAt = (atMs: number): number => Math.floor(atMs / STEP_MS);

/** The code of one half minute: RFC 6238 with SHA-1 and six digits, the only kind that every app knows. */
export function codeAt(secret: Uint8Array, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac("sha1", secret).update(counter).digest();
  const offset = (mac.at(-1) ?? 0) & 0x0f;
  const number = (mac.readUInt32BE(offset) & 0x7fff_ffff) % 10 ** DIGITS;
  return String(number).padStart(DIGITS, "0");
}

/**
 * The half minute that a code belongs to: this one, the one before or the one after. Compares all three, each in the same
 * time, whatever fits.
 * @returns undefined when none fits.
 */
export function stepOfCode(secret: Uint8Array, code: string, atMs: number): number | undefined {
  if (!/^\d{6}$/.test(code)) return undefined;
  const given = Buffer.from(code);
  const fitting = DRIFT.map((drift) => stepAt(atMs) + drift).filter((step) =>
    timingSafeEqual(Buffer.from(codeAt(secret, step)), given),
  );
  return fitting[0];
}

/** What a QR code tells an app; `issuer` is the name under which it is listed there. */
export const totpUri = (secret: Uint8Array, email: string, issuer = "Ringfence"): string =>
  `otpauth://totp/${encodeURIComponent(issuer)}:${encodeURIComponent(email)}?secret=${base32Of(secret)}&issuer=${encodeURIComponent(issuer)}&algorithm=SHA1&digits=${DIGITS}&period=30`;
