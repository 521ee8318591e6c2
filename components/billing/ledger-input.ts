import { ledgerSorts } from "@/server/domain/billing/ledger-sort.schema";

const PAGE_SIZE = 50;

/** What the ledger is asked; page and browser use this one function, so the server's answer is found in the browser's cache. */
export function ledgerInput(tenantSlug: string, params: Readonly<{ get: (name: string) => string | null }>) {
  const before = params.get("before");
  const sort = ledgerSorts.find((known) => known === params.get("sort"));
  return { tenantSlug, limit: PAGE_SIZE, ...(before ? { cursor: before } : {}), ...(sort ? { sort } : {}) };
}
