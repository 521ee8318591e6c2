import { z } from "zod";

/** Which tenants below are looked for at once. */
export const tenantViews = ["all", "runway", "incidents", "inactive", "negative"] as const;
export type TenantView = (typeof tenantViews)[number];

/** Each in the direction in which one looks for trouble: least money first, most spent first. */
export const tenantSorts = ["name", "balance", "runway", "spent", "calls", "margin", "created"] as const;
export type TenantSort = (typeof tenantSorts)[number];

/** Fewer days of credit than this is low. */
export const LOW_RUNWAY_DAYS = 3;
/** Nothing charged for so many days is inactive. */
export const INACTIVE_DAYS = 14;

export const tenantListSchema = z.object({
  view: z.enum(tenantViews).default("all"),
  sort: z.enum(tenantSorts).default("name"),
  /** Of a name or a short name. */
  text: z.string().trim().max(100).optional(),
  cursor: z.string().max(1200).optional(),
  limit: z.number().int().min(1).max(100).default(50),
});
export type TenantFilter = z.output<typeof tenantListSchema>;
