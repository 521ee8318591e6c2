import { SECRET_SECONDS } from "@/server/domain/provisioning/desk-phones";
import type { Processor } from "@/workers/processors/types";

/**
 * Wipes what links and desk phones hold sealed, once it may not be opened any more. It could not be by then either: this
 * leaves nothing behind. Safe to repeat, and beside another worker.
 */
export const wipeProvisioning: Processor<"wipeProvisioning"> = async (_payload, ctx) => {
  await ctx.pool.query("provision_wipe", "SELECT provision_wipe($1)", [SECRET_SECONDS]);
};
