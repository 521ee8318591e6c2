import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** The keys by which second factors are kept, of this installation only. They are never stored. */
export type FactorKeys = Readonly<{ seal: Buffer; digest: Buffer }>;

/** Derived from the secret of the environment; with another secret no factor fits any more. */
export function factorKeysOf(authSecret: string): FactorKeys {
  const derive = (use: string) => Buffer.from(hkdfSync("sha256", authSecret, "ringfence", `factors ${use}`, 32));
  return { seal: derive("seal"), digest: derive("digest") };
}

/** Encrypts so that it opens for the same owner only: a sealed secret that is copied to somebody else's row is worthless. */
export function seal(key: Buffer, owner: string, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(owner));
  const body = Buffer.concat([cipher.update(bytes), cipher.final()]);
  return Uint8Array.from(Buffer.concat([nonce, cipher.getAuthTag(), body]));
}

/** @returns undefined when it was changed, belongs to another owner, or was sealed with another key. */
export function unseal(key: Buffer, owner: string, sealed: Uint8Array): Buffer | undefined {
  const bytes = Buffer.from(sealed);
  try {
    const opener = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, NONCE_BYTES))
      .setAAD(Buffer.from(owner))
      .setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    return Buffer.concat([opener.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), opener.final()]);
  } catch {
    return undefined;
  }
}
