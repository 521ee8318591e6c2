import { sweepBrowserPhones } from "@/server/domain/provisioning/browser-phones";
import type { Processor } from "@/workers/processors/types";

/** Forgets phones in browsers that are over, with where they were registered. Safe to repeat. */
export const sweepBrowserPhonesJob: Processor<"sweepBrowserPhones"> = async (_payload, { pool, log }) => {
  const gone = await sweepBrowserPhones(pool);
  if (gone > 0) log.debug({ gone }, "phones in browsers were over");
};
