import type { Inputs } from "@/components/api/outputs";
import { type TenantOrder, tenantOrders, tenantViews } from "@/server/domain/tenancy/tenant-view.schema";

type Input = Inputs["tenants"]["list"];

/** The list that an address names; what it does not understand is left out. */
export function tenantListInput(
  tenantSlug: string,
  params: Readonly<{ get: (name: string) => string | null }>,
): Input & { view: (typeof tenantViews)[number]; sort: TenantOrder } {
  const text = params.get("q")?.trim().slice(0, 100);
  const cursor = params.get("after") ?? "";
  return {
    tenantSlug,
    view: tenantViews.find((known) => known === params.get("view")) ?? "all",
    sort: tenantOrders.find((known) => known === params.get("sort")) ?? "name",
    ...(text ? { text } : {}),
    ...(/^[\w-]{1,1200}$/.test(cursor) ? { cursor } : {}),
  };
}
