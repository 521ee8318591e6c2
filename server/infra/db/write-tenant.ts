import { randomInt } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";

import type { Db } from "@/server/infra/db/client";
import { wasAborted } from "@/server/infra/db/sql-error";
import { inTenant, type Scope, type TenantWrite } from "@/server/infra/db/tenant-tx";

const MOST_TRIES = 3;
const PAUSE_MS = 50;

/**
 * The rule `one-door-to-writes` says who may import this; everyone else goes through domain/audit/change.
 *
 * Of two transactions that wait for each other the database aborts one. Nothing of it has happened then, so the work is
 * done once more from its beginning, twice at most: it touches nothing but its transaction.
 */
export async function writeTenant<T>(db: Db, scope: Scope, work: (tx: TenantWrite) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await inTenant(db, { ...scope, subtree: false }, "off", (tx) => work(tx as TenantWrite));
    } catch (error) {
      if (tries === MOST_TRIES || !wasAborted(error)) throw error;
      await pause(randomInt(PAUSE_MS * tries));
    }
  }
}
