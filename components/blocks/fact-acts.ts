import type { Permission } from "@/server/domain/tenancy/roles";

/** What a fact is: a part of the world that one looks for, bans or blocks. */
export type FactKind = "address" | "extension" | "username" | "number" | "country" | "tenant";
export type FactAct = "ban" | "block" | "rule";

type Reader = Readonly<{ tenant: Readonly<{ kind: string }>; can: (permission: Permission) => boolean }>;

/** What whoever reads may do about it: the telephone system, and so who may reach it, is the operator's. */
export function factActs(kind: FactKind, value: string, { tenant, can }: Reader): readonly FactAct[] {
  if (value === "") return [];
  if (kind === "address") {
    if (tenant.kind !== "operator") return [];
    return [...(can("bans.write") ? (["ban"] as const) : []), ...(can("rules.write") ? (["rule"] as const) : [])];
  }
  return kind === "number" && can("destinations.write") ? ["block"] : [];
}
