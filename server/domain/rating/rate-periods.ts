import type { NewRate } from "@/server/domain/rating/rate.schema";
import { weekTextOf } from "@/server/domain/rating/week-hours.rules";
import type { TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { PlanId } from "@/server/kernel/ids";

type Wanted = Pick<NewRate, "prefix" | "from" | "to" | "direction" | "week">;

export type Room = Readonly<{
  from: string;
  /** At the wished time, or where it gives way to the price that is planned next; null for good. */
  until: string | null;
  givesWay: boolean;
  /** The price that ends where this one begins, and until when it was to hold. */
  ended: Readonly<{ id: string; until: Date | null }> | null;
}>;

/**
 * Ends what stands in the way of a new price, where that is what is meant: of the same hours, what holds now for one without a
 * start, and for one to come what has no end of its own at its start. A new price without an end gives way to the one that is
 * planned next. One to come that would leave the prefix without a price after its end, where it had one, is refused. Locks the
 * plan: one price at a time per prefix, so whoever sets the same one waits here, and then ends the other's.
 * @throws DomainError rate_overlap, with what is in the way and what to do.
 */
export async function makeRoom(tx: TenantWrite, planId: PlanId, wanted: Wanted): Promise<Room> {
  const { prefix, direction = "out", week = null } = wanted;
  await tx.$queryRaw`SELECT id FROM plan WHERE id = ${planId}::uuid FOR UPDATE`;
  // The time after the wait, not that of the transaction's start: the last one to get here sets the last price.
  const [clock] = await tx.$queryRaw<{ now: string; past: boolean }[]>`
    SELECT clock_timestamp()::text AS now, coalesce(${wanted.from ?? null}::timestamptz <= clock_timestamp(), false) AS past`;
  if (!clock) throw new DomainError("conflict");
  const from = wanted.from ?? clock.now;
  // What calls cost in the past stays as it is.
  if (clock.past) {
    const room = { from, until: wanted.to ?? null, givesWay: false, ended: null };
    return await free(tx, planId, wanted, { ...room, past: true });
  }
  // A price that begins in this very moment never held.
  if (wanted.from === undefined) {
    await tx.$executeRaw`
      DELETE FROM rate WHERE plan_id = ${planId}::uuid AND direction = ${direction} AND prefix = ${prefix} AND hours IS NOT DISTINCT FROM ${week}::int4multirange
        AND lower(valid) = ${from}::timestamptz`;
  }
  const planned = wanted.from !== undefined;
  const [ended] = await tx.$queryRaw<{ id: string; until: Date | null }[]>`
    WITH was AS (
      SELECT id, upper(valid) AS until FROM rate
      WHERE plan_id = ${planId}::uuid AND direction = ${direction} AND prefix = ${prefix} AND hours IS NOT DISTINCT FROM ${week}::int4multirange
        AND valid @> ${from}::timestamptz AND lower(valid) < ${from}::timestamptz AND (NOT ${planned} OR upper_inf(valid) OR hand = 'until_next'))
    UPDATE rate r SET valid = tstzrange(lower(valid), ${from}::timestamptz), hand = CASE WHEN ${planned} THEN 'until_next' ELSE hand END
    FROM was WHERE r.plan_id = ${planId}::uuid AND r.id = was.id RETURNING was.id, was.until`;
  if (planned && ended && wanted.to !== undefined && (ended.until === null || new Date(wanted.to) < ended.until)) {
    throw gap(prefix, wanted.to);
  }
  const [next] = await tx.$queryRaw<{ from: string }[]>`
    SELECT lower(valid)::text AS from FROM rate
    WHERE plan_id = ${planId}::uuid AND direction = ${direction} AND prefix = ${prefix} AND hours IS NOT DISTINCT FROM ${week}::int4multirange
      AND lower(valid) > ${from}::timestamptz ORDER BY lower(valid) LIMIT 1`;
  return await free(tx, planId, wanted, {
    from,
    until: wanted.to ?? next?.from ?? null,
    // Also one whose end is where that begins, when it took the place of one that would have given way to it.
    givesWay: next !== undefined && (wanted.to === undefined || (planned && ended !== undefined)),
    ended: ended ?? null,
    past: false,
  });
}

type InTheWay = Readonly<{ from: Date; until: Date | null; hours: string | null; order: number }>;

/** Refuses a period that another price has. */
async function free(
  tx: TenantWrite,
  planId: PlanId,
  { prefix, direction = "out", week }: Wanted,
  { past, ...room }: Room & { past: boolean },
): Promise<Room> {
  const [other] = await tx.$queryRaw<InTheWay[]>`
    SELECT lower(valid) AS from, upper(valid) AS until, hours::text AS hours, sign(extract(epoch FROM lower(valid) - ${room.from}::timestamptz))::int AS order
    FROM rate WHERE plan_id = ${planId}::uuid AND direction = ${direction} AND prefix = ${prefix}
      AND (hours IS NULL) = (${week ?? null}::text IS NULL) AND (hours IS NULL OR hours && ${week ?? null}::int4multirange)
      AND valid && tstzrange(${room.from}::timestamptz, ${room.until}::timestamptz)
    ORDER BY lower(valid) LIMIT 1`;
  if (other) throw overlap(prefix, other, past);
  return room;
}

/** The moment as it can be given back to us, to the second where it is one. */
const momentText = (moment: Date): string => moment.toISOString().replace(".000Z", "Z");

function gap(prefix: string, to: string): DomainError {
  const sentence = `${prefix} would have no price from ${momentText(new Date(to))} on: leave the end out, then plan what holds from there.`;
  return new DomainError("rate_overlap", { field: "to", prefix }, sentence);
}

function overlap(prefix: string, { from, until, hours, order }: InTheWay, past: boolean): DomainError {
  const name = hours === null ? prefix : `${prefix} (${weekTextOf(hours)})`;
  const refuse = (field: string, sentence: string) => new DomainError("rate_overlap", { field, prefix }, sentence);
  if (order > 0) return refuse("to", `${name} has a price from ${momentText(from)} on: end yours by then.`);
  if (past) return refuse("from", `What ${name} cost at that time stays: leave the start out, or choose one to come.`);
  if (order === 0) {
    return refuse("from", `${name} has a price planned from ${momentText(from)} on: take that one back first.`);
  }
  if (until) return refuse("from", `${name} has a price until ${momentText(until)}: begin then or later.`);
  return refuse("week", `${name} has a price without an end: choose other hours, or end that one first.`);
}
