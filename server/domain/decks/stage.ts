import type { DeckSettings } from "@/server/domain/decks/deck.schema";
import { type Batch, type ByteSource, inspectFile, readRows } from "@/server/domain/decks/deck-file";
import type { RowProblem, StagedRow } from "@/server/domain/decks/row.rules";
import type { Db } from "@/server/infra/db/client";
import { translatingSqlErrors } from "@/server/infra/db/sql-error";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";

export type StagePlan = Readonly<{ currency: string; timeZone: string }>;

export type Staging = Readonly<{
  db: Db;
  tenantId: TenantId;
  deckId: string;
  source: ByteSource;
  settings: DeckSettings;
  plan: StagePlan;
  /** Hears how many bytes of how many are read; may throw to stop. What is staged by then is dropped by the next reading. */
  onRead: (bytes: number, ofBytes: number) => Promise<void>;
}>;

/** Problems of each severity that are kept; all are counted. */
const MOST_KEPT = 10_000;
const SEPARATOR = "\u001f";

/**
 * Reads a deck's file into the staging tables. Begins anew when it is called again: an earlier reading that still runs is
 * refused from then on.
 * @returns how many prices the file has.
 * @throws DomainError deck_unreadable, too_large, currency_mismatch when the file is for another plan; the deck says so too.
 * @throws DomainError conflict when another reading has begun.
 */
export async function stageDeck(staging: Staging): Promise<number> {
  const { db, tenantId, deckId, plan } = staging;
  try {
    const { layout, sha256, bytes } = await inspectFile(staging.source, staging.settings);
    if (layout.currency !== null && layout.currency !== plan.currency) {
      const sentence = `The prices of this file are in ${layout.currency}, those of the plan in ${plan.currency}.`;
      throw new DomainError("currency_mismatch", { file: layout.currency, plan: plan.currency }, sentence);
    }
    const reading = await begin(staging, JSON.stringify(layout), sha256, bytes);
    let rows = 0;
    const symbol = symbolOf(plan.currency);
    let written: Promise<void> | undefined;
    for await (const batch of readRows(staging.source, layout, { currency: plan.currency, symbol })) {
      // While one batch is written the next is taken apart; two are in memory at a time.
      await written;
      const from = rows;
      written = keep(staging, reading, from, batch).then(() => staging.onRead(batch.bytesRead, bytes));
      // It is awaited with the next batch; until then nobody hears of a failure.
      written.catch(() => {});
      rows += batch.rows.length;
    }
    await written;
    await translatingSqlErrors(
      () => db.$queryRaw`SELECT deck_read_end(${tenantId}::uuid, ${deckId}::uuid, ${reading}, ${rows}, NULL)::text`,
    );
    return rows;
  } catch (error) {
    if (error instanceof DomainError && isOfFile(error)) await fail(staging, error.sentence);
    throw error;
  }
}

const isOfFile = ({ code }: DomainError): boolean =>
  code === "deck_unreadable" || code === "too_large" || code === "currency_mismatch";

/** The file itself is to blame, so a new reading finds the same: the deck keeps the sentence. */
async function fail(staging: Staging, sentence: string): Promise<void> {
  const reading = await begin(staging, null, null, 0);
  const { db, tenantId, deckId } = staging;
  await db.$queryRaw`SELECT deck_read_end(${tenantId}::uuid, ${deckId}::uuid, ${reading}, 0, ${sentence})::text`;
}

async function begin(staging: Staging, layout: string | null, sha256: string | null, bytes: number): Promise<number> {
  const { db, tenantId, deckId } = staging;
  const [row] = await translatingSqlErrors(
    () => db.$queryRaw<{ reading: number }[]>`
      SELECT deck_read_begin(${tenantId}::uuid, ${deckId}::uuid, ${layout}::jsonb, ${sha256}, ${bytes}::bigint) AS reading`,
  );
  if (!row) throw new DomainError("conflict", { deck: deckId });
  return row.reading;
}

async function keep(staging: Staging, reading: number, from: number, batch: Batch): Promise<void> {
  await write(staging, reading, from, batch.rows);
  await note(staging, reading, batch.problems);
}

type Text = (row: StagedRow) => string | number | bigint;

/** In the order of the function's columns. */
const columns: readonly Text[] = [
  (row) => row.line,
  (row) => row.status,
  (row) => row.direction,
  (row) => row.prefix,
  (row) => row.destination,
  (row) => row.perMinute,
  (row) => row.connectionFee,
  (row) => row.firstSeconds,
  (row) => row.nextSeconds,
  (row) => row.graceSeconds,
  (row) => row.freeSeconds,
  (row) => row.minimumCharge,
  (row) => row.maxCharge ?? "",
  (row) => row.beyond,
  (row) => row.stepFrom,
  (row) => row.stepPerMinute,
  (row) => row.stepIncrement,
  (row) => row.hours,
  (row) => row.starts,
  (row) => row.ends,
];

async function write(
  { db, tenantId, deckId, plan }: Staging,
  reading: number,
  from: number,
  rows: readonly StagedRow[],
): Promise<void> {
  if (rows.length === 0) return;
  const texts = columns.map((text) => rows.map((row) => `${text(row)}${SEPARATOR}`).join(""));
  await translatingSqlErrors(
    () => db.$queryRaw`
      SELECT deck_stage(${tenantId}::uuid, ${deckId}::uuid, ${reading}, ${from}, ${plan.timeZone}, ${texts}::text[])`,
  );
}

async function note(
  { db, tenantId, deckId }: Staging,
  reading: number,
  problems: readonly RowProblem[],
): Promise<void> {
  if (problems.length === 0) return;
  await translatingSqlErrors(
    () => db.$queryRaw`
      SELECT deck_note(${tenantId}::uuid, ${deckId}::uuid, ${reading}, ${JSON.stringify(problems)}::jsonb, ${MOST_KEPT})::text`,
  );
}

/** What may stand beside an amount in this currency: $ for USD. */
const symbolOf = (currency: string): string =>
  new Intl.NumberFormat("en", { style: "currency", currency, currencyDisplay: "narrowSymbol" })
    .formatToParts(0)
    .find(({ type }) => type === "currency")?.value ?? "";
