import type { IncidentDetail, LiveCall } from "@/components/api/outputs";
import { numberOf } from "@/components/incidents/contain-words";

type Subjects = readonly Pick<IncidentDetail["subjects"][number], "kind" | "value" | "tenantSlug">[];

/** Those of the calls that go on that are of a phone or tenant that an incident touches. */
export function callsOf(calls: readonly LiveCall[], subjects: Subjects): readonly LiveCall[] {
  const phones = new Set<string>();
  const tenants = new Set<string>();
  for (const { kind, value, tenantSlug } of subjects) {
    if (tenantSlug === null) continue;
    if (kind === "extension") phones.add(`${tenantSlug} ${numberOf(value, tenantSlug)}`);
    if (kind === "tenant") tenants.add(tenantSlug);
  }
  return calls.filter(
    ({ tenantSlug, from }) => tenants.has(tenantSlug) || phones.has(`${tenantSlug} ${from.extensionNumber}`),
  );
}
