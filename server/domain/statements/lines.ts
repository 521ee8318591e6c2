import { memoInWords } from "@/server/domain/billing/memo-words";
import { percentOf } from "@/server/domain/billing/tax.schema";
import { clockText, decimalText, kindWords, type StatementRow } from "@/server/domain/statements/statement.rules";
import type { Statement } from "@/server/domain/statements/statements";
import type { Db } from "@/server/infra/db/client";
import { readTenant } from "@/server/infra/db/read-tenant";
import { t } from "@/server/kernel/words";

export type StatementLine = Readonly<{
  seq: bigint;
  /** UTC, to the millisecond. */
  at: string;
  day: string;
  kind: string;
  /** "tax" for the tax of the line before. */
  part: string;
  memo: string;
  destination: string;
  billedSeconds: number | null;
  taxPpm: number | null;
  amountMicros: bigint;
  balanceAfterMicros: bigint;
  transactionId: string;
}>;

const PAGE = 2_000n;

/** Every line of a statement in order, a page at a time and each page in a transaction of its own: memory stays flat. */
export async function* linesOf(db: Db, statement: Statement): AsyncGenerator<readonly StatementLine[]> {
  const { tenantId, id, firstSeq, lines } = statement;
  const end = firstSeq + lines;
  for (let from = firstSeq; from < end; from += PAGE) {
    // Their numbers have no gap, so a page is a range of them: no plan of the database's can make it sort everything.
    yield await readTenant(
      db,
      { tenantId },
      (tx) => tx.$queryRaw<StatementLine[]>`
        SELECT seq, to_char(occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at, to_char(day, 'YYYY-MM-DD') AS day, kind, part, memo, destination,
          billed_seconds AS "billedSeconds", tax_ppm AS "taxPpm", amount_micros AS "amountMicros", balance_after_micros AS "balanceAfterMicros",
          transaction_id AS "transactionId"
        FROM statement_line WHERE statement_id = ${id}::uuid AND seq >= ${from} AND seq < ${from + PAGE} ORDER BY seq`,
    );
  }
}

type Group = {
  day: string;
  kind: string;
  part: string;
  memo: string;
  destination: string;
  taxPpm: number | null;
  count: bigint;
  billed: bigint | null;
  amount: bigint;
  /** Of what is listed line by line; 0 for what is summed. */
  seq: bigint;
};

/** Beyond this many rows a day's lines are told apart by their kind only. */
const MOST_ROWS = 4_000;

/**
 * What the document lists: calls summed per day and destination, tax per day and rate, everything else line by line. A
 * very long list is summed per day and kind.
 */
export async function rowsOf(db: Db, statement: Statement): Promise<readonly StatementRow[]> {
  const groups = await groupsOf(db, statement, "fine");
  const few = groups.length <= MOST_ROWS ? groups : await groupsOf(db, statement, "coarse");
  return few
    .map((group) => rowOf(statement, group))
    .toSorted(inOrder)
    .map(({ rank: _, seq: __, ...row }) => row);
}

const groupsOf = (db: Db, { tenantId, id }: Statement, grain: "fine" | "coarse"): Promise<Group[]> =>
  readTenant(
    db,
    { tenantId, patienceMs: 120_000 },
    (tx) => tx.$queryRaw<Group[]>`
      WITH told AS (
        SELECT to_char(day, 'YYYY-MM-DD') AS day, kind, part, tax_ppm, billed_seconds, amount_micros,
          CASE WHEN ${grain} = 'fine' AND kind = 'charge' AND part = '' THEN destination ELSE '' END AS destination,
          CASE WHEN ${grain} = 'fine' AND kind <> 'charge' AND part = '' THEN memo ELSE '' END AS memo,
          CASE WHEN ${grain} = 'fine' AND kind <> 'charge' AND part = '' THEN seq ELSE 0::bigint END AS seq
        FROM statement_line WHERE statement_id = ${id}::uuid)
      SELECT day, kind, part, memo, destination, tax_ppm AS "taxPpm", count(*) AS count, sum(billed_seconds)::bigint AS billed, sum(amount_micros)::bigint AS amount, seq
      FROM told GROUP BY day, kind, part, memo, destination, tax_ppm, seq
      ORDER BY day, seq LIMIT ${MOST_ROWS + 1}::int`,
  );

function taxWords(tax: string, ppm: number | null, onCalls: boolean): string {
  if (ppm === null) return onCalls ? t("{tax} on calls", { tax }) : t("{tax} on corrections", { tax });
  const rate = decimalText(percentOf(ppm));
  return onCalls ? t("{tax} {rate} % on calls", { tax, rate }) : t("{tax} {rate} % on corrections", { tax, rate });
}

/** "DE +49", or "Incoming +49" as it was stored. */
const placeWords = (destination: string): string =>
  destination.startsWith("Incoming ") ? t("Incoming {number}", { number: destination.slice(9) }) : destination;

type Ranked = StatementRow & Readonly<{ rank: number; seq: bigint }>;

function rowOf({ taxes }: Statement, group: Group): Ranked {
  const { day, kind, part, memo, destination, taxPpm, count, amount } = group;
  const isCalls = kind === "charge" && part === "";
  const tax = taxes.find(({ ppm }) => ppm === taxPpm)?.name || t("Tax");
  const calls = destination ? t("Calls, {destination}", { destination: placeWords(destination) }) : t("Calls");
  return {
    day,
    what:
      part === "tax"
        ? taxWords(tax, taxPpm, kind === "charge")
        : isCalls
          ? calls
          : memoInWords(memo) || kindWords(kind),
    calls: isCalls ? String(count) : "",
    billed: isCalls ? clockText(Number(group.billed ?? 0n)) : "",
    amountMicros: amount,
    rank: part === "tax" ? 2 : isCalls ? 1 : 0,
    seq: group.seq,
  };
}

/**
 * By day: what is told line by line, then calls by destination, then tax. Compared by code unit, because a collation
 * differs between machines.
 */
function inOrder(a: Ranked, b: Ranked): number {
  if (a.day !== b.day) return a.day < b.day ? -1 : 1;
  if (a.rank !== b.rank) return a.rank - b.rank;
  if (a.seq !== b.seq) return a.seq < b.seq ? -1 : 1;
  return a.what < b.what ? -1 : a.what > b.what ? 1 : 0;
}
