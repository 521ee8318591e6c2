import type { Processor } from "@/workers/processors/types";

/** Compares live channels, open holds, records and the ledger. Safe to repeat; settling twice changes nothing. */
export const reconcileCalls: Processor<"reconcileCalls"> = async (_payload, ctx) => {
  await ctx.reconciler.run({ ledger: true });
};

/** The same because somebody asked: the ledger is added up even when it was too large for that a moment ago. */
export const reconcileNow: Processor<"reconcileNow"> = async (_payload, ctx) => {
  await ctx.reconciler.run({ ledger: true, insist: true });
};
