import { setTimeout as pause } from "node:timers/promises";

import type { SystemContext } from "@/workers/processors/types";

/** So few that a call that comes meanwhile waits for a processor some milliseconds at most. */
const BATCH = 250;
const LONGEST_PAUSE_MS = 200;

export type Filed = Readonly<{ calls: number; tenants: number }>;

/**
 * Moves the calls of months that have been over for five weeks out of the table that charging works on, tenant by tenant, in
 * batches that hold no lock for long, with a pause as long as the batch took. A batch is one transaction, so whoever is killed
 * has moved it or has not, and several may be at it.
 * @returns how many calls moved, of how many tenants.
 */
export async function fileCalls({ db }: Pick<SystemContext, "db">): Promise<Filed> {
  const tenants = await db.$queryRaw<{ tenant_id: string }[]>`SELECT tenant_id FROM calls_to_file()`;
  let [calls, done] = [0, 0];
  for (const { tenant_id } of tenants) {
    const moved = await fileTenant({ db }, tenant_id);
    calls += moved;
    done += moved > 0 ? 1 : 0;
  }
  return { calls, tenants: done };
}

async function fileTenant({ db }: Pick<SystemContext, "db">, tenantId: string): Promise<number> {
  let moved = 0;
  for (;;) {
    const began = performance.now();
    const [batch] = await db.$queryRaw<{ n: number }[]>`SELECT calls_file(${tenantId}::uuid, ${BATCH}::int) AS n`;
    if (!batch || batch.n === 0) return moved;
    moved += batch.n;
    await pause(Math.min(LONGEST_PAUSE_MS, performance.now() - began));
  }
}
