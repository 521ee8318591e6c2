import type { Processor } from "@/workers/processors/types";

/** Compares live channels, open holds, records and the ledger. Safe to repeat; settling twice changes nothing. */
export const reconcileCalls: Processor<"reconcileCalls"> = async (_payload, ctx) => {
  await ctx.reconciler.run({ ledger: true });
};
