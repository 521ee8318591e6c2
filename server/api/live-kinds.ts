import type { AuditAction } from "@/server/domain/audit/actions";
import type { LiveKind } from "@/server/infra/live/bus";

/** Which live pages a recorded change makes old, by the first word of its action. */
const kindsOfSubject: Readonly<Record<string, readonly LiveKind[]>> = {
  extension: ["extensions", "numbers"],
  number: ["numbers"],
  call: ["calls"],
  billing: ["balance"],
  voucher: ["balance"],
  tenant: ["tenants", "balance"],
  plan: ["tenants"],
  task: ["tasks"],
  export: ["tasks"],
  mail: ["mail"],
  statement: ["statements"],
  limits: ["balance", "extensions", "tenants"],
  bundle: ["balance"],
  dispute: ["disputes"],
  incident: ["incidents"],
  evidence: ["incidents"],
  duty: ["incidents"],
  ban: ["bans"],
  trunk: ["bans"],
  notification: ["incidents"],
  block: ["bans"],
  hotlist: ["bans", "tasks"],
  rating: ["tasks"],
  deck: ["tasks"],
  rule: ["rules", "tasks"],
};

/** Every recorded change is in the audit trail, so that page always hears of it. */
export const liveKindsOf = (action: AuditAction): readonly LiveKind[] => [
  "audit",
  ...(kindsOfSubject[action.split(".")[0] ?? ""] ?? []),
];
