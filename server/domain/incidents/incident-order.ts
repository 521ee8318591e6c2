import { clockMinutes } from "@/server/domain/incidents/incident.rules";
import type { IncidentState, Severity } from "@/server/domain/incidents/incident.schema";
import type { IncidentSort } from "@/server/domain/incidents/incident-sort.schema";
import { type Sql, sql } from "@/server/infra/db/sql";

/** From the worst on, as `placeOf` and the clocks count them. */
const worstFirst: readonly Severity[] = ["critical", "high", "medium", "low"];
const statesInOrder: readonly IncidentState[] = ["triage", "open", "contained", "monitoring"];

/** When the clock that runs is over; NULL while none does. The same as `dueOf`, for what is not over. */
export const dueAt = sql`i.opened_at + interval '1 minute' * CASE
  WHEN i.acknowledged_at IS NULL THEN (${clockMinutes("acknowledge", worstFirst)}::int[])[array_position(${worstFirst}::text[], i.severity)]
  WHEN i.contained_at IS NULL THEN (${clockMinutes("contain", worstFirst)}::int[])[array_position(${worstFirst}::text[], i.severity)] END`;

/**
 * Where one stands that is active, as a number: by state, then the worst first, then whose clock is over first; where none runs,
 * the last seen first. Sixteen digits hold microseconds for the next thousand years.
 */
const place = sql`(array_position(${statesInOrder}::text[], i.state) * 4 + array_position(${worstFirst}::text[], i.severity)) * 10000000000000000::bigint
  + coalesce((extract(epoch FROM ${dueAt}) * 1000000)::bigint, 9999999999999999 - (extract(epoch FROM i.last_at) * 1000000)::bigint)`;

/** How a list is put in order: the key as a whole number for the cursor, and what follows a row that has it. */
type Order = Readonly<{ exact: Sql; after: (at: string, id: string) => Sql; by: Sql }>;

const lastSeen = sql`(extract(epoch FROM i.last_at) * 1000000)::bigint`;
const seen = (at: string): Sql => sql`timestamptz 'epoch' + ${at}::bigint * interval '1 microsecond'`;

/** Each is read from an index in its order, either way. */
const orders: Readonly<Record<IncidentSort, Order>> = {
  last: {
    exact: lastSeen,
    after: (at, id) => sql`(i.last_at, i.id) < (${seen(at)}, ${id}::uuid)`,
    by: sql`i.last_at DESC, i.id DESC`,
  },
  "-last": {
    exact: lastSeen,
    after: (at, id) => sql`(i.last_at, i.id) > (${seen(at)}, ${id}::uuid)`,
    by: sql`i.last_at, i.id`,
  },
  number: { exact: sql`i.number`, after: (at) => sql`i.number < ${at}::bigint`, by: sql`i.number DESC` },
  "-number": { exact: sql`i.number`, after: (at) => sql`i.number > ${at}::bigint`, by: sql`i.number` },
};

const byUrgency: Order = {
  exact: place,
  after: (at, id) => sql`(${place}, i.id) > (${at}::bigint, ${id}::uuid)`,
  by: sql`${place}, i.id`,
};

/** Without a sort: what waits for somebody first. */
export const orderOf = (sort: IncidentSort | undefined): Order => (sort ? orders[sort] : byUrgency);
