import type { Inputs } from "@/components/api/outputs";
import { incidentSorts } from "@/server/domain/incidents/incident-sort.schema";

type Input = Inputs["incidents"]["list"];

const shows = ["closed", "snoozed"] as const;
const views = ["mine", "unassigned", "late", "contained"] as const;
const severities = ["low", "medium", "high", "critical"] as const;

/** The list that an address names; what it does not understand is left out. */
export function incidentInput(
  tenantSlug: string,
  params: Readonly<{ get: (name: string) => string | null }>,
): Input & { show: "active" | "snoozed" | "closed" } {
  const severity = severities.find((known) => known === params.get("severity"));
  const sort = incidentSorts.find((known) => known === params.get("sort"));
  const view = views.find((known) => known === params.get("view"));
  const text = params.get("q")?.trim().slice(0, 100);
  const cursor = params.get("before") ?? "";
  return {
    tenantSlug,
    show: shows.find((known) => known === params.get("show")) ?? "active",
    ...(sort ? { sort } : {}),
    ...(severity ? { severity } : {}),
    ...(view ? { view } : {}),
    ...(text ? { text } : {}),
    ...(/^\d{1,18}_[0-9a-f-]{36}$/.test(cursor) ? { cursor } : {}),
  };
}
