import { createHash, hkdfSync, randomBytes, timingSafeEqual } from "node:crypto";

import { seal, unseal } from "@/server/domain/people/seal.rules";

/** 256 bits: a link alone configures a phone. */
const TOKEN_BYTES = 32;

/** A new token for a link, in base64url. */
export const newToken = (): string => randomBytes(TOKEN_BYTES).toString("base64url");

/** Whether a text has the form of such a token; anything else is not even looked up. */
export const isToken = (text: string): boolean => /^[A-Za-z0-9_-]{43}$/.test(text);

/** What is kept of a token or a password: both are random and long, so that a plain digest cannot be guessed back. */
export const digestOf = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(createHash("sha256").update(text, "utf8").digest());

/** Whether a text is the one that was kept as this digest; takes as long for a wrong one as for the right one. */
export const fitsDigest = (text: string, digest: Uint8Array): boolean =>
  digest.length === 32 && timingSafeEqual(digestOf(text), digest);

const keyOf = (text: string): Buffer => Buffer.from(hkdfSync("sha256", text, "ringfence", "provisioning", 32));

/** Encrypts so that only whoever has the token or the password opens it, and for this owner only. */
export const sealFor = (opener: string, owner: string, text: string): Uint8Array<ArrayBuffer> =>
  seal(keyOf(opener), owner, Buffer.from(text, "utf8"));

/** @returns undefined when it was sealed for somebody else, or was changed. */
export const openWith = (opener: string, owner: string, sealed: Uint8Array): string | undefined =>
  unseal(keyOf(opener), owner, sealed)?.toString("utf8");
