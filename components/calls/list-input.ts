import type { CallFilter } from "@/components/calls/call-filter";

export const PAGE_SIZE = 50;

/** What the list procedure is asked; page and browser use this one function, so the server's answer is found in the browser's cache. */
export const listInput = (tenantSlug: string, filter: CallFilter) => ({
  tenantSlug,
  ...filter,
  scope: filter.scope ?? ("usual" as const),
  limit: PAGE_SIZE,
});
