import type { Permission } from "@/server/domain/tenancy/roles";
import { type Message, msg, say, t } from "@/server/kernel/words";

type Subject<Name extends string> = Name extends `${infer S}.${string}` ? S : never;
type Act<Name extends string> = Name extends `${string}.${infer A}` ? A : never;

/** The words of a permission's name; the compiler misses one that is not here. */
const subjects: Readonly<Record<Subject<Permission>, Message>> = {
  shell: msg("Shell"),
  home: msg("Home"),
  calls: msg("Calls"),
  extensions: msg("Extensions"),
  numbers: msg("Numbers"),
  balance: msg("Balance"),
  destinations: msg("Destinations"),
  plans: msg("Plans"),
  disputes: msg("Disputes"),
  exports: msg("Exports"),
  tenants: msg("Tenants"),
  audit: msg("Audit"),
  members: msg("Members"),
  reconciliation: msg("Reconciliation"),
  incidents: msg("Incidents"),
  security: msg("Security events"),
  bans: msg("Bans"),
  rules: msg("Rules"),
  system: msg("System"),
  billing: msg("Billing"),
  vouchers: msg("Vouchers"),
  tasks: msg("Tasks"),
  retention: msg("Retention"),
  evidence: msg("Evidence"),
  tokens: msg("Tokens"),
};
const acts: Readonly<Record<Act<Permission>, Message>> = {
  read: msg("permission|read"),
  write: msg("permission|write"),
  hang_up: msg("permission|hang up"),
  view_as: msg("permission|view as"),
  give: msg("permission|give"),
};

/** "Calls: hang up", from the name of a permission: there is no second list that could say something else. */
export function permissionText(permission: Permission): string {
  const [subject, act] = permission.split(".") as [Subject<Permission>, Act<Permission>];
  return t("{subject}: {act}", { subject: say(subjects[subject]), act: say(acts[act]) });
}
