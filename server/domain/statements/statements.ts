import type { StatementFilter } from "@/server/domain/statements/statement.schema";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";
import type { Language } from "@/server/kernel/languages";
import { decimalsOf } from "@/server/kernel/money";
import { enqueue } from "@/server/queue/outbox";

type Sum = Readonly<{ kind: string; amount: bigint }>;
type Tax = Readonly<{ ppm: number | null; name: string; net: bigint; tax: bigint }>;

/** A statement as it was issued; nothing of it ever changes. Amounts are micros, signed as in the wallet. */
export type Statement = {
  readonly id: string;
  readonly tenantId: TenantId;
  /** As in 2026-000123, unique with its seller. */
  readonly number: string;
  readonly kind: "month" | "range";
  /** Days of `timeZone`, both included, as YYYY-MM-DD. */
  readonly firstDay: string;
  readonly lastDay: string;
  readonly timeZone: string;
  readonly issuedDay: string;
  readonly issuedAt: Date;
  /** The first instant after the period. */
  readonly periodEnd: Date;
  readonly currency: string;
  readonly decimals: number;
  /** That its document is written in. */
  readonly language: Language;
  readonly seller: Party;
  readonly buyer: Party;
  /** How its tenant is called in addresses now; no part of what was issued. */
  readonly buyerSlug: string;
  readonly openingMicros: bigint;
  readonly closingMicros: bigint;
  /** Its lines are the wallet's entries from this number on, without a gap. */
  readonly firstSeq: bigint;
  readonly lines: bigint;
  readonly totals: readonly Sum[];
  readonly taxes: readonly Tax[];
  /** The sums of the two files; null until they were made for the first time. */
  readonly seal: Seal | null;
};
type Party = Readonly<{ name: string; address: string; vatId: string }>;
export type Seal = Readonly<{ csvSha256: string; csvBytes: bigint; pdfSha256: string; pdfBytes: bigint }>;

type Row = Omit<Statement, "seller" | "buyer" | "totals" | "taxes" | "seal"> & {
  sellerName: string;
  sellerAddress: string;
  sellerVatId: string;
  buyerName: string;
  buyerAddress: string;
  buyerVatId: string;
  totals: { kind: string; amount: string }[];
  taxes: { ppm: number | null; name: string; net: string; tax: string }[];
  csvSha256: string | null;
  csvBytes: bigint;
  pdfSha256: string;
  pdfBytes: bigint;
};

function statementOf(row: Row): Statement {
  const { sellerName, sellerAddress, sellerVatId, buyerName, buyerAddress, buyerVatId, ...rest } = row;
  const { csvSha256, csvBytes, pdfSha256, pdfBytes, totals, taxes, ...kept } = rest;
  return {
    ...kept,
    seller: { name: sellerName, address: sellerAddress, vatId: sellerVatId },
    buyer: { name: buyerName, address: buyerAddress, vatId: buyerVatId },
    totals: totals.map(({ kind, amount }) => ({ kind, amount: BigInt(amount) })),
    taxes: taxes.map(({ ppm, name, net, tax }) => ({ ppm, name, net: BigInt(net), tax: BigInt(tax) })),
    seal: csvSha256 === null ? null : { csvSha256, csvBytes, pdfSha256, pdfBytes },
  };
}

type Wanted = Readonly<{
  tenantId?: TenantId | undefined;
  sellerId?: TenantId | undefined;
  id?: string | undefined;
  number?: string | undefined;
  filter?: StatementFilter | undefined;
  limit: number;
}>;

const likeOf = (text: string): string => `%${text.replace(/[\\%_]/g, "\\$&")}%`;

async function select(tx: TenantRead, { tenantId, sellerId, id, number, filter, limit }: Wanted): Promise<Statement[]> {
  const { kind = null, year = null, text } = filter ?? {};
  const [beforeDay = null, beforeNumber = null] = filter?.cursor?.split("_") ?? [];
  const like = text ? likeOf(text) : null;
  const rows = await tx.$queryRaw<Row[]>`
    SELECT s.id, s.tenant_id AS "tenantId", s.number, s.kind, to_char(s.first_day, 'YYYY-MM-DD') AS "firstDay", to_char(s.last_day, 'YYYY-MM-DD') AS "lastDay",
      s.time_zone AS "timeZone", to_char(s.issued_day, 'YYYY-MM-DD') AS "issuedDay", s.issued_at AS "issuedAt", s.period_end AS "periodEnd", s.currency::text AS currency,
      s.decimals, s.language, s.seller_name AS "sellerName", s.seller_address AS "sellerAddress", s.seller_vat_id AS "sellerVatId",
      s.buyer_name AS "buyerName", s.buyer_address AS "buyerAddress", s.buyer_vat_id AS "buyerVatId", b.slug AS "buyerSlug",
      s.opening_micros AS "openingMicros", s.closing_micros AS "closingMicros", s.first_seq AS "firstSeq", s.last_seq - s.first_seq + 1 AS lines, s.totals, s.taxes,
      encode(x.csv_sha256, 'hex') AS "csvSha256", x.csv_bytes AS "csvBytes", encode(x.pdf_sha256, 'hex') AS "pdfSha256", octet_length(x.pdf)::bigint AS "pdfBytes"
    FROM statement s JOIN tenant b ON b.id = s.tenant_id LEFT JOIN statement_seal x ON x.statement_id = s.id
    WHERE (${tenantId ?? null}::uuid IS NULL OR s.tenant_id = ${tenantId ?? null}::uuid) AND (${id ?? null}::uuid IS NULL OR s.id = ${id ?? null}::uuid)
      AND (${sellerId ?? null}::uuid IS NULL OR s.seller_id = ${sellerId ?? null}::uuid)
      AND (${number ?? null}::text IS NULL OR s.number = ${number ?? null}) AND (${kind}::text IS NULL OR s.kind = ${kind})
      AND (${year}::int IS NULL OR s.last_day BETWEEN make_date(${year}::int, 1, 1) AND make_date(${year}::int, 12, 31))
      AND (${like}::text IS NULL OR s.number LIKE ${like} OR s.buyer_name ILIKE ${like})
      AND (${beforeDay}::date IS NULL OR (s.last_day, s.number) < (${beforeDay}::date, ${beforeNumber}::text))
    ORDER BY s.last_day DESC, s.number DESC LIMIT ${limit}::int`;
  return rows.map(statementOf);
}

/** `years` are those in which some period of all of them ended, whatever else was asked for; the latest first. */
export type StatementPage = Readonly<{
  side: "own" | "sold";
  items: readonly Statement[];
  nextCursor: string | null;
  years: readonly number[];
}>;

/**
 * Statements by the last day of their period, the latest first, a page at a time: those of the tenant, or with side "sold"
 * those it gave to whom it sells to, which wants a subtree transaction. The operator buys of nobody, so "sold" is its own.
 */
export async function listStatements(
  tx: TenantRead,
  tenantId: TenantId,
  filter: StatementFilter = {},
): Promise<StatementPage> {
  const { limit = 60 } = filter;
  const [buyer] = await tx.$queryRaw<
    { id: string }[]
  >`SELECT id FROM tenant WHERE id = ${tenantId}::uuid AND parent_id IS NOT NULL`;
  const side = filter.side ?? (buyer ? "own" : "sold");
  const whose = side === "sold" ? { sellerId: tenantId } : { tenantId };
  const rows = await select(tx, { ...whose, filter, limit: limit + 1 });
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const years = await tx.$queryRaw<{ year: number }[]>`
    SELECT DISTINCT extract(year FROM last_day)::int AS year FROM statement
    WHERE CASE WHEN ${side === "sold"} THEN seller_id ELSE tenant_id END = ${tenantId}::uuid ORDER BY 1 DESC`;
  return {
    side,
    items,
    nextCursor: rows.length > limit && last ? `${last.lastDay}_${last.number}` : null,
    years: years.map(({ year }) => year),
  };
}

/** @throws DomainError not_found when the tenant has no such statement. */
export async function getStatement(tx: TenantRead, tenantId: TenantId, id: string): Promise<Statement> {
  const [found] = await select(tx, { tenantId, id, limit: 1 });
  if (!found) throw new DomainError("not_found", { statement: id });
  return found;
}

/**
 * All visible statements of a number: each seller counts for itself, so a subtree may hold several.
 * @throws DomainError not_found when there is none.
 */
export async function findByNumber(tx: TenantRead, number: string, tenantId?: TenantId): Promise<readonly Statement[]> {
  const found = await select(tx, { tenantId, number, limit: 50 });
  if (found.length === 0) throw new DomainError("not_found", { number }, `There is no statement ${number} here.`);
  return found;
}

type Wallet = Readonly<{ walletId: string; currency: string }>;
type Issue = Readonly<{ firstDay: string; lastDay: string; kind: "month" | "range"; wallet?: Wallet }>;

/**
 * Issues a statement of the tenant acted on, of its wallet in its own currency unless another is named, and queues the
 * making of its files. The number is given under a lock of the seller's, so numbers have no gap and one period one
 * statement: asked again, it is the answer.
 * @param actor "user:…", "cli:…" or "job:…".
 * @throws DomainError invalid_state for days that are not over, at the operator, and on request for more than 20 in a day or
 * 100 000 movements.
 * @throws DomainError not_found without such a wallet; invalid_input for no days, or more than 367.
 */
export async function issueStatement(
  tx: TenantWrite,
  tenantId: TenantId,
  { firstDay, lastDay, kind, wallet }: Issue,
  actor: string,
): Promise<Statement & { readonly repeated: boolean }> {
  const { walletId, currency } = wallet ?? (await walletOfPast(tx, tenantId, lastDay));
  const [row] = await tx.$queryRaw<
    { statement_id: string; repeated: boolean; refused: keyof typeof refusals | null }[]
  >`
    SELECT * FROM statement_issue(${walletId}::uuid, ${firstDay}::date, ${lastDay}::date, ${kind}, ${decimalsOf(currency)}::int, ${actor})`;
  if (!row) throw new Error("no statement was issued and none refused");
  if (row.refused) throw new DomainError("invalid_state", {}, refusals[row.refused]);
  if (!row.repeated) await enqueue(tx, tenantId, "sealStatement", { statementId: row.statement_id });
  return { ...(await getStatement(tx, tenantId, row.statement_id)), repeated: row.repeated };
}

const refusals = {
  often: "A wallet gets at most 20 statements a day on request; the one of the month comes by itself.",
  long: "These days have more than 100,000 movements; choose fewer. The statement of a month has no such limit.",
} as const;

/** The wallet in the tenant's own currency, of a tenant for which `lastDay` is over. */
async function walletOfPast(tx: TenantRead, tenantId: TenantId, lastDay: string): Promise<Wallet> {
  const row = await ownWallet(tx, tenantId, lastDay);
  if (!row.over) {
    throw new DomainError(
      "invalid_state",
      { field: "to" },
      "A statement is of days that are over; the last one is not.",
    );
  }
  return row;
}

async function ownWallet(tx: TenantRead, tenantId: TenantId, lastDay: string): Promise<Wallet & { over: boolean }> {
  const [row] = await tx.$queryRaw<(Wallet & { kind: string; over: boolean })[]>`
    SELECT w.id AS "walletId", w.currency::text AS currency, t.kind,
      (${lastDay}::date + 1)::timestamp AT TIME ZONE t.time_zone <= clock_timestamp() AS over
    FROM tenant t JOIN wallet w ON w.tenant_id = t.id AND w.currency = t.currency WHERE t.id = ${tenantId}::uuid`;
  if (!row) throw new DomainError("not_found");
  if (row.kind === "operator") throw new DomainError("invalid_state", {}, "Nobody sells to the operator.");
  return row;
}

/** What a statement would say. Amounts are micros, signed as in the wallet; `number` is the one there is already. */
export type StatementPreview = {
  readonly firstDay: string;
  readonly lastDay: string;
  readonly currency: string;
  readonly openingMicros: bigint;
  /** The three are null together, beyond 100 000 movements. */
  readonly chargedMicros: bigint | null;
  readonly taxMicros: bigint | null;
  readonly otherMicros: bigint | null;
  readonly closingMicros: bigint;
  readonly lines: bigint;
  /** Whether it could be issued: its last day is over. */
  readonly isOver: boolean;
  readonly number: string | null;
};

/**
 * What a statement of these days would say at this moment, without issuing one; days to come count as far as they went.
 * Without days: of the month that goes on, on the tenant's calendar.
 * @throws DomainError invalid_state at the operator; invalid_input for no days, or more than 367.
 */
export async function previewStatement(
  tx: TenantRead,
  tenantId: TenantId,
  days?: Readonly<{ from: string; to: string }>,
): Promise<StatementPreview> {
  const { from: firstDay, to: lastDay } = days ?? (await thisMonth(tx, tenantId));
  const { walletId, currency } = await ownWallet(tx, tenantId, lastDay);
  const [row] = await tx.$queryRaw<Omit<StatementPreview, "firstDay" | "lastDay" | "currency">[]>`
    SELECT opening_micros AS "openingMicros", closing_micros AS "closingMicros", charged_micros AS "chargedMicros", tax_micros AS "taxMicros",
      other_micros AS "otherMicros", lines, is_over AS "isOver", number
    FROM statement_preview(${walletId}::uuid, ${firstDay}::date, ${lastDay}::date)`;
  if (!row) throw new DomainError("invalid_input", { field: "to" });
  return { firstDay, lastDay, currency, ...row };
}

async function thisMonth(tx: TenantRead, tenantId: TenantId): Promise<{ from: string; to: string }> {
  const [row] = await tx.$queryRaw<{ from: string; to: string }[]>`
    SELECT to_char(m.first, 'YYYY-MM-DD') AS from, to_char(m.first + interval '1 month' - interval '1 day', 'YYYY-MM-DD') AS to
    FROM tenant t CROSS JOIN LATERAL (SELECT date_trunc('month', clock_timestamp() AT TIME ZONE t.time_zone) AS first) m WHERE t.id = ${tenantId}::uuid`;
  if (!row) throw new DomainError("not_found");
  return row;
}

/** Whether everything a statement was issued with still has the sum that was written then. */
export async function contentIsUnchanged(tx: TenantRead, statement: Statement): Promise<boolean> {
  const [row] = await tx.$queryRaw<{ same: boolean | null }[]>`
    SELECT statement_content_hash(id) = content_sha256 AS same FROM statement WHERE id = ${statement.id}::uuid`;
  return row?.same ?? false;
}
