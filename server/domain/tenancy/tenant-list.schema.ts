import { z } from "zod";

import { tenantOrders, tenantViews } from "@/server/domain/tenancy/tenant-view.schema";

export const tenantListSchema = z.object({
  view: z.enum(tenantViews).default("all"),
  sort: z.enum(tenantOrders).default("name"),
  /** Of a name or a short name. */
  text: z.string().trim().max(100).optional(),
  cursor: z.string().max(1200).optional(),
  limit: z.number().int().min(1).max(100).default(50),
});
export type TenantFilter = z.output<typeof tenantListSchema>;
