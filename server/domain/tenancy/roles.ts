/** What a seat may do. One table, read by the procedure builder, by the shell's navigation and by the tests. */
const everyone = [
  "shell.read",
  "home.read",
  "calls.read",
  "extensions.read",
  "numbers.read",
  "balance.read",
  "destinations.read",
  "plans.read",
  "disputes.read",
  // Which files they may have is decided by what is in them.
  "exports.read",
  "exports.write",
] as const;
const support = [
  ...everyone,
  "disputes.write",
  "extensions.write",
  "numbers.write",
  "calls.hang_up",
  "tenants.read",
  "tenants.view_as",
  "audit.read",
  "members.read",
  "reconciliation.read",
  "incidents.read",
  "security.read",
  "bans.read",
  "rules.read",
  "system.read",
] as const;
const billing = [
  ...everyone,
  "disputes.write",
  "billing.write",
  "tenants.read",
  "plans.write",
  "vouchers.read",
  "members.read",
  "tasks.read",
  "tasks.write",
  "reconciliation.read",
  "reconciliation.write",
] as const;
const admin = [
  ...support,
  "numbers.give",
  "billing.write",
  "destinations.write",
  "tenants.write",
  "plans.write",
  "vouchers.read",
  "members.write",
  "tasks.read",
  "tasks.write",
  "reconciliation.write",
  "retention.read",
  "retention.write",
  "system.write",
  "incidents.write",
  "evidence.read",
  "evidence.write",
  "bans.write",
  "rules.write",
  "tokens.read",
  "tokens.write",
] as const;

const permissionsOf = {
  owner: admin,
  admin,
  billing,
  support,
  viewer: everyone,
  incident_responder: [
    ...support,
    "destinations.write",
    "incidents.write",
    "evidence.read",
    "evidence.write",
    "bans.write",
    "rules.write",
    // A rehearsal is a long job of theirs.
    "tasks.read",
  ],
  auditor: [
    ...everyone,
    "vouchers.read",
    "tenants.read",
    "audit.read",
    "members.read",
    "reconciliation.read",
    "incidents.read",
    "security.read",
    "evidence.read",
    "bans.read",
    "rules.read",
    "retention.read",
  ],
} as const;

export type Role = keyof typeof permissionsOf;
export type Permission = (typeof permissionsOf)[Role][number];

/** Every role there is. */
export const roles = Object.keys(permissionsOf) as readonly Role[];
/** Every permission there is, in the order in which the roles name them. */
export const permissions: readonly Permission[] = [...new Set(Object.values(permissionsOf).flat())];
/** Whether a stored word is a role. */
export const isRole = (text: string): text is Role => Object.hasOwn(permissionsOf, text);

/** Whether a stored word is a permission. */
export const isPermission = (text: string): text is Permission => (permissions as readonly string[]).includes(text);

/** Whether a role carries a permission. Unknown roles carry none. */
export const allows = (role: Role, permission: Permission): boolean =>
  (permissionsOf[role] as readonly Permission[]).includes(permission);

/** Every permission of a role, for the shell that shows only what can be done. */
export const permissionsFor = (role: Role): readonly Permission[] => permissionsOf[role];
