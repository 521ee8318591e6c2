import { SECRET_SECONDS } from "@/server/domain/provisioning/desk-phones";
import type { Processor } from "@/workers/processors/types";

/** What phones did is told for a month. */
const HISTORY_DAYS = 30;

/**
 * Wipes what links, desk phones and batches hold sealed, once it may not be opened any more. It could not be by then either: this
 * leaves nothing behind. Forgets what phones did longer ago than a month. Safe to repeat, and beside another worker.
 */
export const wipeProvisioning: Processor<"wipeProvisioning"> = async (_payload, ctx) => {
  await ctx.pool.query("provision_wipe", "SELECT provision_wipe($1)", [SECRET_SECONDS]);
  const before = new Date(Date.now() - HISTORY_DAYS * 86_400_000);
  await ctx.pool.query("registration_events_forget", "SELECT registration_events_forget($1)", [before]);
  await ctx.pool.query("extension_batch_wipe", "SELECT extension_batch_wipe()", []);
};
