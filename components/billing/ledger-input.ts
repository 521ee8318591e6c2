const PAGE_SIZE = 50;

/** What the ledger is asked; page and browser use this one function, so the server's answer is found in the browser's cache. */
export const ledgerInput = (tenantSlug: string, before: string | undefined) => ({
  tenantSlug,
  limit: PAGE_SIZE,
  ...(before ? { cursor: before } : {}),
});
