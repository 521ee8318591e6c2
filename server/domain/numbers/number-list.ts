import { formatNumber } from "@/server/domain/calls/number-format";
import type { NumberFilter } from "@/server/domain/numbers/number.schema";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import type { ExtensionId, TenantId } from "@/server/kernel/ids";
import { type Micros, micros } from "@/server/kernel/money";

/** What the tenant that looks pays for a call to the number, without tax. */
export type IncomingPrice = {
  readonly currency: string;
  readonly perMinuteMicros: Micros;
  readonly connectionFeeMicros: Micros;
  readonly firstSeconds: number;
  readonly nextSeconds: number;
};

export type NumberRow = {
  /** Digits of E.164. */
  readonly number: string;
  readonly formatted: string;
  readonly holder: { readonly slug: string; readonly name: string };
  /** Held by the tenant that looks, which alone says where it rings. */
  readonly own: boolean;
  /** Where it rings; null for nowhere. */
  readonly extension: { readonly id: ExtensionId; readonly number: string; readonly name: string } | null;
  readonly since: Date;
  /** null: the tenant that looks pays nothing for calls to it. */
  readonly price: IncomingPrice | null;
};

export type NumberPage = { readonly items: readonly NumberRow[]; readonly nextCursor: string | null };

const PAGE = 100;

type Stored = {
  number: string;
  tenantId: TenantId;
  slug: string;
  name: string;
  since: Date;
  extensionId: ExtensionId | null;
  extensionNumber: string | null;
  extensionName: string | null;
};
type Priced = { number: string; currency: string; perMinute: bigint; fee: bigint; first: number; next: number };

/**
 * The numbers that a tenant holds, in their order, a page at a time; with a subtree transaction those of tenants below as
 * well. Prices are the ones of the tenant that looks, and of no other.
 */
export async function listNumbers(tx: TenantRead, tenantId: TenantId, filter: NumberFilter = {}): Promise<NumberPage> {
  const { text, cursor = null } = filter;
  const bare = text?.replace(/[\s()./-]/g, "").replace(/^(?:\+|00)/, "") ?? "";
  const digits = /^\d+$/.test(bare) ? bare : null;
  const name = text ? `%${text.replace(/[\\%_]/g, "\\$&")}%` : null;
  const rows = await tx.$queryRaw<Stored[]>`
    SELECT d.number, d.tenant_id AS "tenantId", t.slug, t.name, d.created_at AS since,
      e.id AS "extensionId", e.number AS "extensionNumber", e.display_name AS "extensionName"
    FROM did d JOIN tenant t ON t.id = d.tenant_id
    LEFT JOIN extension e ON e.tenant_id = d.tenant_id AND e.id = d.extension_id
    WHERE (${cursor}::text IS NULL OR d.number COLLATE "C" > ${cursor}::text COLLATE "C")
      AND (${name}::text IS NULL OR t.name ILIKE ${name}::text OR strpos(d.number, ${digits}::text) > 0)
    ORDER BY d.number COLLATE "C" LIMIT ${PAGE + 1}`;
  const shown = rows.slice(0, PAGE);
  const prices = await tx.$queryRaw<Priced[]>`
    SELECT number, currency, per_minute_micros AS "perMinute", connection_fee_micros AS fee, first_seconds AS first, next_seconds AS next
    FROM number_prices(${shown.map(({ number }) => number)}::text[])`;
  const priceOf = new Map(prices.map((price) => [price.number, price]));
  return {
    items: shown.map((row) => rowOf(row, tenantId, priceOf.get(row.number))),
    nextCursor: rows.length > PAGE ? (shown.at(-1)?.number ?? null) : null,
  };
}

function rowOf(row: Stored, viewer: TenantId, price: Priced | undefined): NumberRow {
  return {
    number: row.number,
    formatted: formatNumber(row.number),
    holder: { slug: row.slug, name: row.name },
    own: row.tenantId === viewer,
    extension: row.extensionId && {
      id: row.extensionId,
      number: row.extensionNumber ?? "",
      name: row.extensionName ?? "",
    },
    since: row.since,
    price: price
      ? {
          currency: price.currency,
          perMinuteMicros: micros(price.perMinute),
          connectionFeeMicros: micros(price.fee),
          firstSeconds: price.first,
          nextSeconds: price.next,
        }
      : null,
  };
}
