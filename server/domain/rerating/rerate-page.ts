import type { RerateInput } from "@/server/domain/rerating/rerate.schema";
import type { Db } from "@/server/infra/db/client";
import { readTenant } from "@/server/infra/db/read-tenant";
import { translatingSqlErrors } from "@/server/infra/db/sql-error";
import type { TenantId } from "@/server/kernel/ids";

/** Small enough that a wallet is never locked for long, large enough that commits do not count. */
export const PAGE = 500;

/** A buyer directly below the seller, and the tenant of its branch that made the calls. */
export type Pair = Readonly<{ buyer: string; caller: string }>;

/** How far into a pair's calls a job is; null before the first. */
export type Place = Pair & Readonly<{ afterUs: string | null; after: string | null }>;

export type Difference = Readonly<{ callId: string; walletId: string; before: bigint; after: bigint }>;

export type ReratePage = Readonly<{
  scanned: number;
  /** Calls of the filter that were charged. */
  matched: number;
  noPrice: number;
  kept: number;
  last: Readonly<{ afterUs: string; after: string }> | null;
  differences: readonly Difference[];
}>;

type Row = {
  scanned: number;
  matched: number;
  lastUs: bigint | null;
  lastId: string | null;
  noPrice: number;
  kept: number;
  calls: string[];
  wallets: string[];
  befores: bigint[];
  afters: bigint[];
};

const reading = <T>(db: Db, sellerId: TenantId, work: Parameters<typeof readTenant<T>>[2]): Promise<T> =>
  translatingSqlErrors(() => readTenant(db, { tenantId: sellerId, subtree: true }, work));

/** The pair after this one, in the order that every run keeps; undefined at the end. */
export async function nextPair(
  db: Db,
  sellerId: TenantId,
  { buyers }: RerateInput,
  after: Pair | null,
): Promise<Pair | undefined> {
  const rows = await reading(
    db,
    sellerId,
    (tx) =>
      tx.$queryRaw<Pair[]>`
      SELECT buyer, caller FROM rerate_next(${buyers}::uuid[], ${after?.buyer ?? null}::uuid, ${after?.caller ?? null}::uuid)`,
  );
  return rows[0];
}

/** How many calls all pages look at. */
export async function countCalls(db: Db, sellerId: TenantId, { buyers, from, until }: RerateInput): Promise<number> {
  const [row] = await reading(
    db,
    sellerId,
    (tx) =>
      tx.$queryRaw<{ n: bigint }[]>`
      SELECT rerate_total(${buyers}::uuid[], ${from}::timestamptz, ${until}::timestamptz) AS n`,
  );
  return Number(row?.n ?? 0);
}

/**
 * The next page of calls and what their charges should come to. Reads only; the same function looks again when money moves.
 * @throws DomainError not_below for a buyer that is not directly below the seller.
 */
export async function readPage(db: Db, sellerId: TenantId, input: RerateInput, place: Place): Promise<ReratePage> {
  const [row] = await reading(
    db,
    sellerId,
    (tx) =>
      tx.$queryRaw<Row[]>`
      SELECT scanned, matched, last_us AS "lastUs", last_id AS "lastId", no_price AS "noPrice", kept, call_ids AS calls, wallet_ids AS wallets, befores, afters
      FROM rerate_page(${place.buyer}::uuid, ${place.caller}::uuid, ${input.from}::timestamptz, ${input.until}::timestamptz, ${input.prefix},
        ${input.chargedBy}, ${input.pricePlanId}::uuid, ${place.afterUs}::bigint, ${place.after}::uuid, ${PAGE}::int)`,
  );
  if (!row) throw new Error("the database answered without a page");
  const { scanned, matched, noPrice, kept, lastUs, lastId, calls, wallets, befores, afters } = row;
  return {
    scanned,
    matched,
    noPrice,
    kept,
    last: lastUs === null || lastId === null ? null : { afterUs: String(lastUs), after: lastId },
    differences: calls.map((callId, at) => ({
      callId,
      walletId: wallets[at] ?? "",
      before: BigInt(befores[at] ?? 0n),
      after: BigInt(afters[at] ?? 0n),
    })),
  };
}

/** What a buyer's wallets have available now, for a preview that counts down from it. */
export async function roomOf(db: Db, sellerId: TenantId, buyer: string): Promise<Record<string, string>> {
  const rows = await reading(
    db,
    sellerId,
    (tx) =>
      tx.$queryRaw<{ id: string; room: bigint }[]>`
      SELECT id, posted_micros - held_micros + credit_limit_micros AS room FROM wallet WHERE tenant_id = ${buyer}::uuid`,
  );
  return Object.fromEntries(rows.map(({ id, room }) => [id, String(room)]));
}
