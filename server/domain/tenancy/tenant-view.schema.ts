// Apart from the schemas, so that a list does not bring the library of schemas with it.

/** Which tenants below are looked for at once. */
export const tenantViews = ["all", "runway", "incidents", "inactive", "negative"] as const;
export type TenantView = (typeof tenantViews)[number];

/** Each in the direction in which one looks for trouble: least money first, most spent first. */
export const tenantSorts = ["name", "balance", "runway", "spent", "calls", "margin", "created"] as const;
export type TenantSort = (typeof tenantSorts)[number];
/** The same the other way round. */
type Reversed = `-${TenantSort}`;
export type TenantOrder = TenantSort | Reversed;
export const tenantOrders: readonly TenantOrder[] = [
  ...tenantSorts,
  ...tenantSorts.map((sort): Reversed => `-${sort}`),
];

/** Fewer days of credit than this is low. */
export const LOW_RUNWAY_DAYS = 3;
/** Nothing charged for so many days is inactive. */
export const INACTIVE_DAYS = 14;
