import { readFraudRanges } from "@/server/domain/destinations/fraud-ranges.rules";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";

/** The ranges that fraud is fond of, as they hold for everybody. */
export const listFraudRanges = (tx: TenantRead): Promise<{ prefix: string; country: string; reason: string }[]> =>
  tx.$queryRaw`SELECT prefix, country, reason FROM fraud_range ORDER BY prefix`;

/** Those of one country. */
export const listFraudRangesOf = (tx: TenantRead, country: string): Promise<{ prefix: string; reason: string }[]> =>
  tx.$queryRaw`SELECT prefix, reason FROM fraud_range WHERE country = ${country} ORDER BY prefix LIMIT 200`;

/**
 * Puts the list of a file in place of the one that holds, as a whole, from the next call on. A repeat changes nothing.
 * @returns how many ranges there are now, and how many of them are new or gone.
 * @throws DomainError invalid_input for a file with a line that is no range, forbidden for anybody but the operator.
 */
export async function importFraudRanges(
  tx: TenantWrite,
  text: string,
): Promise<{ ranges: number; added: number; removed: number }> {
  const [tenant] = await tx.$queryRaw<{ kind: string }[]>`SELECT kind FROM tenant WHERE id = app_tenant()`;
  if (tenant?.kind !== "operator")
    throw new DomainError("forbidden", {}, "The operator keeps this list, for everybody.");
  const { ranges, problems } = readFraudRanges(text);
  const [first] = problems;
  if (first) {
    const more = problems.length > 1 ? ` ${problems.length - 1} more lines have problems.` : "";
    const sentence = `Line ${first.line}: ${first.problem}.${more} The list stays as it was.`;
    throw new DomainError("invalid_input", { field: "ranges", line: first.line }, sentence);
  }
  const [done] = await tx.$queryRaw<{ added: number; removed: number }[]>`
    SELECT added, removed FROM fraud_ranges_set(${JSON.stringify(ranges)}::jsonb)`;
  return { ranges: ranges.length, added: done?.added ?? 0, removed: done?.removed ?? 0 };
}
