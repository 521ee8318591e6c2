import { change } from "@/server/domain/audit/change";
import { noteManagerSecrets, remindOfManagerSecrets } from "@/server/domain/system/manager-secrets";
import { findOperator } from "@/server/domain/tenancy/tenants";
import type { Processor } from "@/workers/processors/types";

/** Nothing was due, so nothing is to be committed and nothing stands in the trail. */
class Unchanged extends Error {
  override readonly name = "Unchanged";
}

/** Notes which secrets of the manager interface are in use, and reminds the operator's owners of old ones. Safe to repeat. */
export const remindOfSecrets: Processor<"remindOfSecrets"> = async (_payload, { db, pool, jobId, settings }) => {
  await noteManagerSecrets(pool, settings.managerSecrets ?? []);
  const tenantId = await findOperator(db);
  if (!tenantId) return;
  const actor = { kind: "job", id: "secrets.remind", requestId: jobId } as const;
  try {
    await change(db, { tenantId, actor, action: "system.remind_of_secrets" }, async (tx) => {
      const { names, owners } = await remindOfManagerSecrets(tx, tenantId, settings.appUrl);
      if (names.length === 0) throw new Unchanged();
      // "secret" in the name of a value would hide it: these are names of variables.
      return { subject: "pbx:manager", after: { due: names.join(" "), owners }, result: undefined };
    });
  } catch (error) {
    if (!(error instanceof Unchanged)) throw error;
  }
};
