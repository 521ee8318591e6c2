import { listTrunks, type Trunk } from "@/server/domain/blocks/trunks";
import { sumsOf, type TrunkPart, type TrunkSums } from "@/server/domain/pbx/trunk-sums.rules";
import { readWorkers } from "@/server/domain/system/workers";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import { DIALLED_TRUNK } from "@/server/kernel/dialled-trunk";
import { isSilentSince } from "@/server/kernel/worker-silence";

/** What one PBX says of the address that a trunk's calls are sent to, by OPTIONS that it sends there. */
export type Contact = Readonly<{ pbx: string; status: string; roundTripMs: number | null; at: Date }>;
export type TrunkLine = Trunk &
  Readonly<{
    sums: TrunkSums /** Of the trunk that calls leave by; others are not asked. */;
    contacts: readonly Contact[];
  }>;
export type TrunkBoard = Readonly<{
  now: Date;
  hours: number;
  trunks: readonly TrunkLine[];
  /** What calls that went out were charged below the operator, in its own currency, by the sums of quarters of an hour. */
  charged: Readonly<{ currency: string; micros: bigint }>;
}>;

/** Every trunk with what it carried within so many hours. @throws DomainError not_found anywhere but at the operator. */
export async function trunkBoard(tx: TenantRead, hours: number): Promise<TrunkBoard> {
  const parts = await tx.$queryRaw<TrunkPart[]>`
    SELECT trunk, direction, cause, live, calls, answered, talk_ms AS "talkMs", last_answered AS "lastAnswered", last_unanswered AS "lastUnanswered"
    FROM trunk_calls(${DIALLED_TRUNK}, now() - ${hours}::int * interval '1 hour')`;
  const trunks = await listTrunks(tx);
  // Calls leave by it whether or not any may come from it.
  const isKnown = trunks.some(({ trunk }) => trunk === DIALLED_TRUNK);
  const all = isKnown ? trunks : [{ trunk: DIALLED_TRUNK, networks: [], configured: [], calls: 0 }, ...trunks];
  const contacts = await contactsOf(tx);
  return {
    ...{ now: new Date(), hours },
    trunks: all.map((one) => ({
      ...one,
      sums: sumsOf(parts, one.trunk),
      contacts: one.trunk === DIALLED_TRUNK ? contacts : [],
    })),
    charged: await chargedOf(tx, hours),
  };
}

/** The newest word of each PBX that a worker runs for: what one said that is gone says nothing about now. */
async function contactsOf(tx: TenantRead): Promise<readonly Contact[]> {
  const now = Date.now();
  const running = (await readWorkers(tx)).filter(({ beatAt }) => !isSilentSince(beatAt, now));
  const workers = running.sort((a, b) => b.beatAt.getTime() - a.beatAt.getTime());
  const newest = new Map(workers.toReversed().map((worker) => [worker.pbx, worker]));
  return [...newest.values()].flatMap(({ pbx, ami, beatAt: at }) =>
    ami?.trunk ? [{ pbx, status: ami.trunk.status, roundTripMs: ami.trunk.roundTripMs, at }] : [],
  );
}

async function chargedOf(tx: TenantRead, hours: number): Promise<TrunkBoard["charged"]> {
  const [row] = await tx.$queryRaw<TrunkBoard["charged"][]>`
    SELECT t.currency, coalesce(sum(u.revenue_micros + u.corrected_revenue_micros), 0)::bigint AS micros
    FROM tenant t LEFT JOIN usage_rows(date_bin('15 minutes', now(), timestamptz 'epoch') - ${hours}::int * interval '1 hour', now(), 'way') u
      ON u.currency = t.currency AND u.value LIKE 'out:%'
    WHERE t.id = app_tenant() GROUP BY t.currency`;
  return row ?? { currency: "EUR", micros: 0n };
}
