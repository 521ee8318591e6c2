import { foldUsage, sampleUsage } from "@/server/domain/usage/fold";
import type { Processor } from "@/workers/processors/types";

/** Notes how many calls there are at once, for the peaks that reports show. */
export const sampleUsageJob: Processor<"sampleUsage"> = async (_payload, { pool }) => {
  await sampleUsage(pool);
};

/** Adds ended calls and corrections to the sums that reports read. What it has not done yet they add themselves. */
export const foldUsageJob: Processor<"foldUsage"> = async (_payload, { pool }) => {
  await foldUsage(pool);
};
