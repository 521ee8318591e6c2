import { z } from "zod";

import type { SqlPool } from "@/server/infra/db/pool";

const gaugesSchema = z.object({
  /** Incidents that are not over, by severity and state, with the seconds that the oldest waits for somebody. */
  incidents: z.array(
    z.object({ severity: z.string(), state: z.string(), count: z.number(), waiting: z.number().nullable() }),
  ),
  /** Steps of containments that hold and are not done, by state. */
  steps: z.record(z.string(), z.number()),
  /** What happened within an hour, by the signal of the rules. */
  signals: z.record(z.string(), z.number()),
  /** Bans that hold, by scope. */
  bans: z.record(z.string(), z.number()),
  /** Blocks that hold, by what they stop. */
  blocks: z.record(z.string(), z.number()),
});
export type DeskGauges = z.infer<typeof gaugesSchema>;

/** Incidents, open steps, signals, bans and blocks of all tenants together, in one statement. Names no tenant. */
export async function readDeskGauges(pool: SqlPool): Promise<DeskGauges> {
  const [row] = await pool.query<{ gauges: unknown }>("desk_gauges", "SELECT desk_gauges() AS gauges", []);
  return gaugesSchema.parse(row?.gauges);
}
