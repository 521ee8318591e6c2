import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";

const VALID_MS = 5 * 60_000;
const CHANCE_BYTES = 16;
const TIME_BYTES = 8;
const MAC_BYTES = 32;

/** What a question was asked for; an answer to one of another kind, or of somebody else, is none. */
export type ChallengeUse = "sign-in" | `add:${string}` | `again:${string}`;

/**
 * A question for a passkey. It proves by itself that we asked it, for what and when, so asking stores nothing: whoever is not
 * signed in cannot fill a table with questions.
 */
export function newChallenge(key: Buffer, use: ChallengeUse, atMs: number): Uint8Array<ArrayBuffer> {
  const expires = Buffer.alloc(TIME_BYTES);
  expires.writeBigUInt64BE(BigInt(atMs + VALID_MS));
  const body = Buffer.concat([expires, randomBytes(CHANCE_BYTES)]);
  return Uint8Array.from(Buffer.concat([body, macOf(key, use, body)]));
}

export type Challenge = Readonly<{ digest: Uint8Array<ArrayBuffer>; expiresAt: Date }>;

/** @returns undefined when we did not ask it, asked it for something else, or more than five minutes ago. */
export function readChallenge(key: Buffer, use: ChallengeUse, text: string, atMs: number): Challenge | undefined {
  const bytes = Buffer.from(text, "base64url");
  if (bytes.length !== TIME_BYTES + CHANCE_BYTES + MAC_BYTES) return undefined;
  const body = bytes.subarray(0, TIME_BYTES + CHANCE_BYTES);
  if (!timingSafeEqual(bytes.subarray(body.length), macOf(key, use, body))) return undefined;
  const expires = Number(body.readBigUInt64BE());
  if (expires < atMs) return undefined;
  return { digest: Uint8Array.from(createHash("sha256").update(bytes).digest()), expiresAt: new Date(expires) };
}

const macOf = (key: Buffer, use: ChallengeUse, body: Buffer): Buffer =>
  createHmac("sha256", key).update(`challenge:${use}:`).update(body).digest();
