import type { Processor } from "@/workers/processors/types";

/** Runs a job that was given up once more. One that is gone, or runs again already, is left as it is. */
export const retryJob: Processor<"retryJob"> = async ({ jobId }, { retry, log }) => {
  const outcome = (await retry?.(jobId)) ?? "gone";
  log.info({ job: jobId, outcome }, "a job that was given up was asked for again");
};
