import type { Shell } from "@/components/api/outputs";

/** What the first page shows beside its own figures, and which permission it is read with. */
const atOperator = {
  "incidents.due": "incidents.read",
  "reports.pulse": "calls.read",
  "system.get": "system.read",
  "duties.list": "incidents.read",
} as const;
const elsewhere = { "billing.balance": "balance.read", "calls.live": "calls.read" } as const;

export type HomePart = keyof typeof atOperator | keyof typeof elsewhere;

/** The parts that this seat may read: to ask for another is a refusal, which the trail would keep. */
export function homeParts({
  tenant,
  permissions,
}: Pick<Shell, "permissions"> & Readonly<{ tenant: Pick<Shell["tenant"], "kind"> }>): readonly HomePart[] {
  const parts = Object.entries(tenant.kind === "operator" ? atOperator : elsewhere) as [
    HomePart,
    Shell["permissions"][number],
  ][];
  return parts.filter(([, permission]) => permissions.includes(permission)).map(([part]) => part);
}
