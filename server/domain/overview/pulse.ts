import type { TenantRead } from "@/server/infra/db/tenant-tx";

/** Of one currency; currencies are never added to each other. Money in micros. */
export type AtStake = Readonly<{
  currency: string;
  /** Put aside for the calls of this moment. */
  heldMicros: bigint;
  /** What all that talk cost a minute, together. */
  perMinuteMicros: bigint;
}>;

export type Pulse = Readonly<{
  ringing: number;
  talking: number;
  /** Calls that began within the last minute, refused ones included. */
  lastMinute: number;
  /** Of those how many were refused. */
  lastMinuteBlocked: number;
  /** Calls a minute at this hour, as the last seven days had them; null where none of them had any. */
  usualPerMinute: number | null;
  stakes: readonly AtStake[];
  now: Date;
}>;

type Counted = Omit<Pulse, "stakes" | "usualPerMinute">;

/**
 * The calls of this moment at a tenant and everything below it, with the money that hangs on them at the level of whoever looks.
 * Wants a subtree transaction.
 */
export async function readPulse(tx: TenantRead): Promise<Pulse> {
  const [counted] = await tx.$queryRaw<Counted[]>`
    SELECT o.*, m.*, clock_timestamp() AS now
    FROM (SELECT count(*) FILTER (WHERE state = 'authorised')::int AS ringing, count(*) FILTER (WHERE state = 'answered')::int AS talking
      FROM call WHERE state <> 'ended') o
    CROSS JOIN (SELECT count(*)::int AS "lastMinute", count(*) FILTER (WHERE outcome = 'blocked')::int AS "lastMinuteBlocked"
      FROM call WHERE started_at > now() - interval '1 minute') m`;
  const stakes = await tx.$queryRaw<AtStake[]>`
    SELECT w.currency, sum(h.held_micros)::bigint AS "heldMicros",
      coalesce(sum(h.per_minute_micros) FILTER (WHERE c.state = 'answered'), 0)::bigint AS "perMinuteMicros"
    FROM call c
    CROSS JOIN LATERAL (SELECT * FROM hold WHERE call_id = c.id AND state = 'open' ORDER BY level DESC LIMIT 1) h
    JOIN wallet w ON w.id = h.wallet_id
    WHERE c.state <> 'ended' GROUP BY w.currency ORDER BY w.currency`;
  const [usual] = await tx.$queryRaw<{ calls: number | null }[]>`
    SELECT avg(s.calls)::float8 / 60 AS calls
    FROM usage_series(date_trunc('hour', now(), 'UTC') - interval '7 days', date_trunc('hour', now(), 'UTC'), 'all', NULL, 'UTC', 'hour') s
    WHERE right(s.key, 6) = to_char(date_trunc('hour', now(), 'UTC') AT TIME ZONE 'UTC', 'HH24:MI') || 'Z'`;
  const none = { ringing: 0, talking: 0, lastMinute: 0, lastMinuteBlocked: 0, now: new Date() };
  return { ...(counted ?? none), stakes, usualPerMinute: usual?.calls ?? null };
}
