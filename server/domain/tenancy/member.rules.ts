import type { Role } from "@/server/domain/tenancy/roles";

/** Only the operator has an incident desk and auditors of its own. */
const OPERATOR_ONLY: readonly Role[] = ["incident_responder", "auditor"];

/** Which roles make sense on a tenant of this kind. */
export const roleFits = (role: Role, tenantKind: string): boolean =>
  tenantKind === "operator" || !OPERATOR_ONLY.includes(role);

/** An owner's seat is given and taken by owners only, so that an admin cannot lift themselves above the owner. */
export const mayHandle = (by: Role, role: Role): boolean => role !== "owner" || by === "owner";
