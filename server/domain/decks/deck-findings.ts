import type { ChangeFilter, ChangeKind } from "@/server/domain/decks/deck.schema";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import type { TenantId } from "@/server/kernel/ids";

export type DeckProblem = Readonly<{
  id: string;
  severity: "error" | "warning";
  /** In the file, 1 for the first; 0 for what no line is to blame for. */
  line: number;
  column: string;
  reason: string;
  value: string;
}>;

/** What is wrong with a deck's file, errors first, then by line; the cursor is the place in that order. */
export async function listProblems(
  tx: TenantRead,
  tenantId: TenantId,
  { deckId, cursor, limit = 100 }: { deckId: string; cursor?: number | undefined; limit?: number | undefined },
): Promise<{ items: DeckProblem[]; nextCursor: number | null }> {
  const rows = await tx.deckProblem.findMany({
    where: { tenantId, deckId },
    orderBy: [{ severity: "asc" }, { line: "asc" }, { id: "asc" }],
    skip: cursor ?? 0,
    take: limit + 1,
  });
  const items = rows.slice(0, limit).map((row) => ({
    id: String(row.id),
    severity: row.severity as DeckProblem["severity"],
    line: row.line,
    column: row.columnName,
    reason: row.reason,
    value: row.value,
  }));
  return { items, nextCursor: rows.length > limit ? (cursor ?? 0) + limit : null };
}

export type DeckChange = Readonly<{
  n: number;
  kind: ChangeKind;
  direction: "out" | "in";
  prefix: string;
  destination: string;
  oldPerMinute: bigint | null;
  newPerMinute: bigint | null;
  /** null is the moment of the deck. */
  starts: Date | null;
  ends: Date | null;
  /** Other terms that change, in words. */
  note: string;
  /** The smallest margin anybody is left with, in millionths of the selling price; null where nobody sells by it. */
  marginPpm: number | null;
  belowCost: boolean;
  belowFloor: boolean;
  buyers: number;
  exposureMicros: bigint | null;
}>;

type Question = ChangeFilter & Readonly<{ deckId: string; cursor?: number | undefined; limit?: number | undefined }>;

/** What a deck does, price by price, in the order of the prefixes; the cursor is the number of the last one. */
export async function listChanges(
  tx: TenantRead,
  tenantId: TenantId,
  { deckId, kinds, prefix = "", morePercent, belowFloor = false, cursor = 0, limit = 100 }: Question,
): Promise<{ items: DeckChange[]; nextCursor: number | null }> {
  const wanted = kinds && kinds.length > 0 ? [...kinds] : ["new", "up", "down", "changed", "removed"];
  const rows = await tx.$queryRaw<DeckChange[]>`
    SELECT n, kind, direction, prefix, destination, old_per_minute_micros AS "oldPerMinute", new_per_minute_micros AS "newPerMinute", starts, ends, note,
      margin_ppm AS "marginPpm", below_cost AS "belowCost", below_floor AS "belowFloor", buyers, exposure_micros AS "exposureMicros"
    FROM deck_change
    WHERE tenant_id = ${tenantId}::uuid AND deck_id = ${deckId}::uuid AND n > ${cursor} AND kind = ANY (${wanted}::text[]) AND starts_with(prefix, ${prefix})
      AND (${morePercent ?? null}::int IS NULL OR old_per_minute_micros = 0 AND new_per_minute_micros > 0
        OR abs(new_per_minute_micros - old_per_minute_micros) * 100::numeric > old_per_minute_micros * ${morePercent ?? null}::int)
      AND (NOT ${belowFloor} OR below_floor)
    ORDER BY n LIMIT ${limit + 1}`;
  return { items: rows.slice(0, limit), nextCursor: rows.length > limit ? (rows[limit - 1]?.n ?? null) : null };
}
