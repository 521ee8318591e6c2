import { z } from "zod";

import type { SqlPool } from "@/server/infra/db/pool";

const gaugesSchema = z.object({
  /** Calls that are not over, by state. */
  calls: z.record(z.string(), z.number()),
  unsettled: z.number(),
  /** Micros by currency, as decimal strings. */
  held: z.record(z.string(), z.string()),
  differences: z.array(z.object({ kind: z.string(), currency: z.string(), count: z.number(), micros: z.string() })),
});
export type MoneyGauges = z.infer<typeof gaugesSchema>;

/** Open calls, held money and open differences of all tenants together, in one statement. Names no tenant. */
export async function readMoneyGauges(pool: SqlPool): Promise<MoneyGauges> {
  const [row] = await pool.query<{ gauges: unknown }>("money_gauges", "SELECT money_gauges() AS gauges", []);
  return gaugesSchema.parse(row?.gauges);
}
