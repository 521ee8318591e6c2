import { stringify } from "csv-stringify/sync";

import { exportedFields } from "@/server/domain/decks/deck-kinds.schema";
import { hoursText } from "@/server/domain/decks/week.rules";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import { decimalOf } from "@/server/kernel/money";

type Row = Readonly<{
  prefix: string;
  destination: string;
  per_minute: bigint;
  fee: bigint;
  first: number;
  next: number;
  grace: number;
  free: number;
  least: bigint;
  most: bigint | null;
  beyond: string;
  step_from: number[] | null;
  step_price: bigint[] | null;
  step_increment: number[] | null;
  hours: string | null;
  direction: string;
  starts: string;
  ends: string | null;
}>;

const PAGE = 5_000;

/** RFC 4180: commas, CRLF, quotes where they are needed. Nothing is protected against spreadsheets: the file goes back in. */
const csvOf = (rows: readonly (readonly string[])[]): string =>
  stringify(
    rows.map((row) => [...row]),
    { record_delimiter: "\r\n" },
  );

/**
 * Writes the prices of a plan that hold now or later as a deck, piece by piece. Read in again by the same plan it changes
 * nothing, and by an empty one it makes a plan whose export is the same to the byte.
 * @param read runs one page's query; the pages are proved to be of one state of the plan at the end.
 * @throws DomainError conflict when a price was changed while they were read.
 */
export async function* exportDeck(
  read: <T>(work: (tx: TenantRead) => Promise<T>) => Promise<T>,
  plan: { id: string; currency: string },
): AsyncGenerator<{ text: string; rows: number }> {
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const from: string | undefined = cursor;
    const page = await read((tx) => exportPage(tx, plan, from));
    yield page;
    cursor = page.nextCursor;
  }
}

/** A moment, the plan's state then, and the last prefix that was written. */
const CURSOR = /^(\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(?:\.\d{1,6})?[+-]\d{2}(?::\d{2})?)\|(-?\d{1,20})\|(\d{0,15})$/;

/**
 * One piece of an export; the first, without a cursor, has the names of the columns only.
 * @throws DomainError invalid_input for a cursor that is none; with the last piece, conflict when a price was changed since
 * the first.
 */
export async function exportPage(
  tx: TenantRead,
  plan: { id: string; currency: string },
  cursor: string | undefined,
): Promise<{ text: string; rows: number; nextCursor: string | null }> {
  if (cursor === undefined) {
    const [at, print] = await printOf(tx, plan.id);
    return { text: csvOf([exportedFields]), rows: 0, nextCursor: `${at}|${print}|` };
  }
  const [, at, before, from] = CURSOR.exec(cursor) ?? [];
  if (at === undefined || from === undefined) throw new DomainError("invalid_input", { field: "cursor" });
  const { rows, last } = await pageAfter(tx, plan.id, at, from);
  if (last === null && String((await printOf(tx, plan.id))[1]) !== before) {
    const sentence = "A price was changed while they were written out. Do it again.";
    throw new DomainError("conflict", { plan: plan.id }, sentence);
  }
  const text = csvOf(rows.map((row) => cellsOf(row, plan.currency)));
  return { text, rows: rows.length, nextCursor: last === null ? null : `${at}|${before}|${last}` };
}

async function printOf(tx: TenantRead, planId: string): Promise<readonly [string, bigint]> {
  const [row] = await tx.$queryRaw<{ at: string; print: bigint }[]>`
    SELECT now()::text AS at, deck_print(${planId}::uuid) AS print`;
  return [row?.at ?? "", row?.print ?? 0n];
}

/** The rows of the next prefixes, whole prefixes only, and the last of them; null when none are left. */
async function pageAfter(
  tx: TenantRead,
  planId: string,
  at: string,
  from: string,
): Promise<{ rows: Row[]; last: string | null }> {
  const [bound] = await tx.$queryRaw<{ prefix: string }[]>`
    SELECT prefix FROM rate WHERE plan_id = ${planId}::uuid AND prefix > ${from} ORDER BY prefix OFFSET ${PAGE - 1} LIMIT 1`;
  const last = bound?.prefix ?? null;
  const rows = await tx.$queryRaw<Row[]>`
    SELECT prefix, destination, per_minute_micros AS per_minute, connection_fee_micros AS fee, first_seconds AS first, next_seconds AS next, grace_seconds AS grace,
      free_seconds AS free, minimum_charge_micros AS least, max_charge_micros AS most, beyond, step_from, step_per_minute AS step_price, step_increment,
      hours::text AS hours, direction, to_char(lower(valid) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS starts,
      to_char(upper(valid) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS ends
    FROM rate
    WHERE plan_id = ${planId}::uuid AND prefix > ${from} AND (${last}::text IS NULL OR prefix <= ${last}::text) AND coalesce(upper(valid) > ${at}::timestamptz, true)
    ORDER BY prefix, direction DESC, coalesce(hours::text, ''), lower(valid)`;
  return { rows, last };
}

/** Whole seconds without a fraction, and no zeros at its end. */
const momentText = (text: string): string => text.replace(/\.?0+Z$/, "Z");

function cellsOf(row: Row, currency: string): readonly string[] {
  const steps = (row.step_from ?? []).map(
    (from, at) => `${from}:${decimalOf(row.step_price?.[at] ?? 0n)}:${row.step_increment?.[at] ?? 1}`,
  );
  return [
    row.prefix,
    row.destination,
    decimalOf(row.per_minute),
    decimalOf(row.fee),
    String(row.first),
    String(row.next),
    String(row.grace),
    String(row.free),
    decimalOf(row.least),
    row.most === null ? "" : decimalOf(row.most),
    row.most === null ? "" : row.beyond,
    steps.join(";"),
    row.hours === null ? "" : hoursText(row.hours),
    row.direction,
    momentText(row.starts),
    row.ends === null ? "" : momentText(row.ends),
    currency,
  ];
}
