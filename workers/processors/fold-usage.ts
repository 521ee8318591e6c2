import { foldUsage } from "@/server/domain/usage/fold";
import type { Processor } from "@/workers/processors/types";

/** Adds ended calls and corrections to the sums that reports read. What it has not done yet they add themselves. */
export const foldUsageJob: Processor<"foldUsage"> = async (_payload, { pool }) => {
  await foldUsage(pool);
};
