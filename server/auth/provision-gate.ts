import { createHmac } from "node:crypto";

import { RateLimiterRes } from "rate-limiter-flexible";

import { networkOf } from "@/server/auth/address";
import { storeOf } from "@/server/auth/attempts";
import type { SqlPool } from "@/server/infra/db/pool";

/** So many wrong tries from one place within ten minutes; an office that sets up its phones makes none. */
const FREE = 20;
const WINDOW_S = 600;

export type ProvisionGate = {
  /**
   * Counts a try before it is looked at.
   * @returns the seconds to wait, or 0.
   */
  begin(address: string): Promise<number>;
  /** The try was right: it is not counted. */
  succeeded(address: string): Promise<void>;
};

/** Bounds how often one place may try links and names of phones. A count of its own: it slows no sign-in down. */
export function createProvisionGate(
  options: Readonly<{ secret: string; sql: SqlPool; redisUrl?: string | undefined }>,
): ProvisionGate {
  const limiter = storeOf(options)("f-provision", FREE, WINDOW_S);
  const keyOf = (address: string) =>
    createHmac("sha256", options.secret)
      .update(`provision:${networkOf(address)}`)
      .digest("base64url");
  return {
    async begin(address) {
      try {
        await limiter.consume(keyOf(address));
        return 0;
      } catch (refused) {
        if (!(refused instanceof RateLimiterRes)) throw refused;
        return Math.max(1, Math.ceil(refused.msBeforeNext / 1_000));
      }
    },
    async succeeded(address) {
      await limiter.reward(keyOf(address));
    },
  };
}
