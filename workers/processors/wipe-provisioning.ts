import { SECRET_SECONDS } from "@/server/domain/provisioning/desk-phones";
import type { Processor } from "@/workers/processors/types";

/**
 * Wipes what links, desk phones and batches hold sealed, once it may not be opened any more. It could not be by then either: this
 * leaves nothing behind. Forgets after a month what was asked for in files of tenants. Safe to repeat, and beside another worker.
 */
export const wipeProvisioning: Processor<"wipeProvisioning"> = async (_payload, ctx) => {
  await ctx.pool.query("provision_wipe", "SELECT provision_wipe($1)", [SECRET_SECONDS]);
  await ctx.pool.query("extension_batch_wipe", "SELECT extension_batch_wipe()", []);
  await ctx.pool.query("tenant_import_wipe", "SELECT tenant_import_wipe()", []);
};
