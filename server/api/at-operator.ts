import { DomainError } from "@/server/kernel/errors";

/**
 * An attack is seen at the PBX, which is the operator's; it names whoever is attacked.
 * @throws DomainError forbidden anywhere else.
 */
export function atOperator({ tenantKind }: { readonly tenantKind: string }): void {
  if (tenantKind === "operator") return;
  throw new DomainError("forbidden", { page: "incidents" }, "Incidents are the operator's: open them there.");
}
