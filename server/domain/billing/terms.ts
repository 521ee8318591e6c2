import { percentOf, type Tax } from "@/server/domain/billing/tax.schema";
import { translatingSqlErrors } from "@/server/infra/db/sql-error";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";
import { formatMicros, type Micros, micros } from "@/server/kernel/money";

export type Terms = {
  readonly currency: string;
  /** Money that was paid in and is not held: what a transfer can move. Never below zero. */
  readonly moneyMicros: Micros;
  readonly creditLimitMicros: Micros;
  /** How much of the credit limit is used by charges and calls in progress. */
  readonly creditUsedMicros: Micros;
  /** What the tenant gave of it to those directly below. */
  readonly creditGivenMicros: Micros;
  /** The most that its seller can make of this limit; null when the seller is the operator, or is not visible. */
  readonly creditAtMostMicros: Micros | null;
  /** What the seller adds to each charge, as a percentage; "0" for none. */
  readonly taxPercent: string;
  readonly taxName: string;
};

type Row = {
  currency: string;
  posted: bigint;
  held: bigint;
  credit: bigint;
  given: bigint;
  most: bigint | null;
  tax: number;
  name: string;
};

/**
 * On which terms a tenant buys: its credit, and the tax on it. With a subtree transaction those of tenants below too.
 * @throws DomainError not_found when the tenant is not visible.
 */
export async function getTerms(tx: TenantRead, tenantId: TenantId): Promise<Terms> {
  const [row] = await tx.$queryRaw<Row[]>`
    SELECT t.currency, w.posted_micros AS posted, w.held_micros AS held, w.credit_limit_micros AS credit, t.tax_ppm AS tax, t.tax_name AS name,
      (SELECT coalesce(sum(x.credit_limit_micros), 0)::bigint FROM tenant c JOIN wallet x ON x.tenant_id = c.id AND x.currency = t.currency
        WHERE c.parent_id = t.id) AS given,
      (SELECT greatest(u.credit_limit_micros - coalesce(sum(x.credit_limit_micros), 0), 0)::bigint
        FROM tenant up JOIN wallet u ON u.tenant_id = up.id AND u.currency = t.currency
        LEFT JOIN tenant c ON c.parent_id = up.id AND c.id <> t.id LEFT JOIN wallet x ON x.tenant_id = c.id AND x.currency = t.currency
        WHERE up.id = t.parent_id AND up.kind <> 'operator' GROUP BY u.credit_limit_micros) AS most
    FROM tenant t JOIN wallet w ON w.tenant_id = t.id AND w.currency = t.currency
    WHERE t.id = ${tenantId}::uuid`;
  if (!row) throw new DomainError("not_found", { tenantId });
  const free = row.posted - row.held;
  return {
    currency: row.currency,
    moneyMicros: micros(free > 0n ? free : 0n),
    creditLimitMicros: micros(row.credit),
    creditUsedMicros: micros(free < 0n ? -free : 0n),
    creditGivenMicros: micros(row.given),
    creditAtMostMicros: row.most === null ? null : micros(row.most),
    taxPercent: percentOf(row.tax),
    taxName: row.name,
  };
}

type Buyer = { readonly id: TenantId; readonly currency: string };

/**
 * Sets how far a tenant below may go below nothing, in micros. What a tenant gives to those directly below it adds up to at
 * most its own limit; the operator is free. Locks the wallets of both, in the order of all wallets. A repeat changes nothing.
 * @returns the limit before, in micros.
 * @throws DomainError not_below unless the tenant stands strictly below the one acted on: nobody gives itself credit.
 * @throws DomainError credit_limit_exceeded for more than its seller has left to give; the sentence has the figures.
 * @throws DomainError credit_limit_in_use for less than is used or was given on; the sentence has the figures.
 * @throws DomainError currency_mismatch when either has no wallet in the currency.
 */
export async function setCreditLimit(tx: TenantWrite, buyer: Buyer, limit: Micros): Promise<Micros> {
  const [row] = await translatingSqlErrors(
    () => tx.$queryRaw<{ before: bigint }[]>`
      SELECT wallet_credit_limit_set(${buyer.id}::uuid, ${buyer.currency}, ${limit}) AS before`,
  ).catch((error: unknown) => {
    throw error instanceof DomainError ? withFigures(error, buyer.currency) : error;
  });
  return micros(row?.before ?? 0n);
}

function withFigures(error: DomainError, currency: string): DomainError {
  const { code, detail } = error;
  const sum = (name: string) => formatMicros(BigInt(detail[name] ?? 0), currency, { exact: true });
  if (code === "credit_limit_exceeded") {
    const sentence = `The tenant above has a credit limit of ${sum("own")} and gave ${sum("given")} of it to others; ${sum("asked")} would be more. Raise its own limit first.`;
    return new DomainError(code, { ...detail, field: "limit" }, sentence);
  }
  if (code === "credit_limit_in_use") {
    const sentence = `${sum("used")} of the credit is in use and ${sum("given")} was given to tenants below; ${sum("asked")} would be less. Top up or lower theirs first.`;
    return new DomainError(code, { ...detail, field: "limit" }, sentence);
  }
  return error;
}

/**
 * Sets the tax that is added to each charge of a tenant below, from its next call on. A repeat changes nothing.
 * @returns the tax before, in parts per million.
 * @throws DomainError not_below unless the tenant stands strictly below the one acted on.
 */
export async function setTax(tx: TenantWrite, tenantId: TenantId, tax: Tax): Promise<{ ppm: number; name: string }> {
  const [before] = await tx.$queryRaw<{ ppm: number; name: string }[]>`
    SELECT ppm, name FROM tenant_tax_set(${tenantId}::uuid, ${tax.percent}::int, ${tax.name})`;
  return before ?? { ppm: 0, name: "" };
}
