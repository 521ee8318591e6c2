import type { Inputs } from "@/components/api/outputs";
import { extensionPlace, extensionSorts } from "@/server/domain/provisioning/extension-sort.schema";
import { extensionStatuses } from "@/server/domain/provisioning/extension-status.schema";

type Input = Inputs["extensions"]["page"];

/** What is asked for, as the address says it; what does not fit is left out. */
export function extensionInput(tenantSlug: string, params: Readonly<{ get: (name: string) => string | null }>): Input {
  const text = params.get("q")?.trim().slice(0, 100);
  const show = params.get("show");
  const status = extensionStatuses.find((known) => known === show);
  const sort = extensionSorts.find((known) => known === params.get("sort"));
  const after = params.get("after") ?? "";
  return {
    tenantSlug,
    ...(text ? { text } : {}),
    ...(sort ? { sort } : {}),
    ...(status ? { status } : {}),
    ...(show === "unused" ? { unusedDays: 30 } : {}),
    ...(extensionPlace.test(after) ? { after } : {}),
  };
}
