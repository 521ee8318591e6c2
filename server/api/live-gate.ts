import { createRateLimit } from "@/server/api/rest/rate-limit";
import type { UserId } from "@/server/kernel/ids";

/** Each stream looks up what may be watched. A browser has one for all its tabs, and waits longer after each that is lost. */
const MOST_A_MINUTE = 60;

/** Bounds how often one person may begin a stream. */
export function createLiveGate(now?: () => number) {
  const limit = createRateLimit(MOST_A_MINUTE, now);
  return {
    /** @returns the answer for who comes too often. */
    refuse(userId: UserId): Response | undefined {
      const { ok, resetS } = limit.take(userId);
      if (ok) return undefined;
      const sentence = `At most ${MOST_A_MINUTE} streams a minute. Wait ${resetS} seconds.`;
      return new Response(sentence, { status: 429, headers: { "retry-after": String(resetS) } });
    },
  };
}
