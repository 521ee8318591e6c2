import { createHash } from "node:crypto";

import type { SipSecret } from "@/server/domain/provisioning/secret.rules";

/** The realm that phones are challenged with. Fixed: the digests below are made for it. */
export const SIP_REALM = "ringfence";

/**
 * What the telephone system keeps instead of a secret: the digests of `user:realm:secret` that it needs to check an
 * answer, MD5 first because some phones know nothing else and take the first challenge they read.
 */
export function secretDigests(username: string, secret: SipSecret): string {
  const text = `${username}:${SIP_REALM}:${secret.reveal()}`;
  const hex = (algorithm: "md5" | "sha256") => createHash(algorithm).update(text, "utf8").digest("hex");
  return `MD5:${hex("md5")},SHA-256:${hex("sha256")}`;
}
