/**
 * Folders whose every text goes through the catalogue. The list only grows; when all are on it, it goes, and the check holds
 * everywhere.
 */
export const converted: readonly string[] = [
  "app",
  "components/account",
  "components/settings",
  "components/sign-in",
  "components/ui",
  "components/words",
  "components/api",
  "components/shell",
  "components/tasks",
  "components/viewing",
  "components/payments",
  "components/billing",
  "components/statements",
  "components/vouchers",
  "components/disputes",
  "components/team",
  "components/tenants",
  "components/calls",
  "components/extensions",
  "components/incidents",
  "components/rules",
  "components/command",
  "components/blocks",
];
