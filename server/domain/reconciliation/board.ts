import type { DifferenceKind } from "@/server/domain/reconciliation/difference-kinds.schema";
import { type RunState, readRunStates } from "@/server/domain/reconciliation/state";
import type { TenantRead } from "@/server/infra/db/tenant-tx";

/** So much in one currency; currencies are never added to each other. */
export type Sum = Readonly<{ currency: string; count: number; micros: bigint }>;

export type Board = Readonly<{
  /** Calls that are not over, as the database has them. */
  ringing: number;
  talking: number;
  /** Open calls whose grant, or any ringing, must have ended: nobody reported their end. */
  unsettled: number;
  holds: readonly Sum[];
  differences: readonly (Sum & Readonly<{ kind: DifferenceKind }>)[];
  /** All kinds together, by currency. */
  atRisk: readonly Sum[];
  /** The server's clock, which every age is counted from. */
  now: Date;
  /** What the workers of each PBX saw last; empty when none ever ran. */
  runs: readonly RunState[];
}>;

/** Live calls, holds, differences and sources side by side. Wants a subtree transaction of the operator. */
export async function getBoard(tx: TenantRead): Promise<Board> {
  const [calls] = await tx.$queryRaw<{ ringing: number; talking: number; unsettled: number }[]>`
    SELECT count(*) FILTER (WHERE state = 'authorised')::int AS ringing, count(*) FILTER (WHERE state = 'answered')::int AS talking,
      count(*) FILTER (WHERE now() > CASE WHEN answered_at IS NULL THEN started_at + interval '180 seconds'
        ELSE answered_at + (granted_seconds + 15) * interval '1 second' END)::int AS unsettled
    FROM call WHERE state <> 'ended'`;
  const holds = await tx.$queryRaw<Sum[]>`
    SELECT w.currency, count(*)::int AS count, sum(h.held_micros)::bigint AS micros FROM hold h JOIN wallet w ON w.tenant_id = h.tenant_id AND w.id = h.wallet_id
    WHERE h.state = 'open' GROUP BY w.currency ORDER BY w.currency`;
  const differences = await tx.$queryRaw<(Sum & { kind: DifferenceKind })[]>`
    SELECT kind, currency, count(*)::int AS count, sum(money_at_risk_micros)::bigint AS micros FROM difference
    WHERE healed_at IS NULL GROUP BY kind, currency ORDER BY kind, currency`;
  return {
    ringing: calls?.ringing ?? 0,
    talking: calls?.talking ?? 0,
    unsettled: calls?.unsettled ?? 0,
    holds,
    differences,
    atRisk: byCurrency(differences),
    now: new Date(),
    runs: await readRunStates(tx),
  };
}

/** Adds up what is of one currency. */
export function byCurrency(sums: readonly Sum[]): Sum[] {
  const totals = new Map<string, Sum>();
  for (const { currency, count, micros } of sums) {
    const before = totals.get(currency);
    totals.set(currency, { currency, count: count + (before?.count ?? 0), micros: micros + (before?.micros ?? 0n) });
  }
  return [...totals.values()].sort((a, b) => a.currency.localeCompare(b.currency));
}
