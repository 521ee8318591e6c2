import type { Permission } from "@/components/shell/scope";
import type { IconName } from "@/components/ui/icon";

export type NavItem = Readonly<{
  page: string;
  label: string;
  icon: IconName;
  /** Without this permission the page is not offered. */
  needs?: Permission;
  /** Only for tenants that may have tenants below them. */
  above?: boolean;
  /** Only at the operator. */
  root?: boolean;
  /** Everywhere but at the operator. */
  notRoot?: boolean;
  /** Only for tenants that buy and do not sell. */
  below?: boolean;
  /** The second key after G. */
  key: string;
}>;

export type NavGroup = Readonly<{ title?: string; items: readonly NavItem[] }>;

const groups: readonly NavGroup[] = [
  {
    items: [
      { page: "home", label: "Home", icon: "home", key: "h" },
      { page: "calls", label: "Calls", icon: "calls", needs: "calls.read", key: "c" },
      { page: "live", label: "Live", icon: "live", needs: "calls.read", key: "l" },
      { page: "extensions", label: "Extensions", icon: "phones", needs: "extensions.read", key: "e" },
      { page: "numbers", label: "Numbers", icon: "in", needs: "numbers.read", key: "k" },
      { page: "balance", label: "Balance", icon: "balance", needs: "balance.read", key: "b" },
      { page: "statements", label: "Statements", icon: "statement", needs: "balance.read", key: "s" },
      { page: "disputes", label: "Disputes", icon: "undo", needs: "disputes.read", key: "u" },
      { page: "reports", label: "Reports", icon: "reports", needs: "calls.read", key: "g" },
      { page: "limits", label: "Limits", icon: "limits", needs: "balance.read", key: "i" },
      { page: "destinations", label: "Destinations", icon: "destinations", needs: "destinations.read", key: "d" },
      { page: "blocks", label: "Blocks", icon: "lock", needs: "destinations.read", key: "z" },
      { page: "plans", label: "Prices", icon: "plans", needs: "plans.read", below: true, key: "p" },
      { page: "notices", label: "Notices", icon: "alert", needs: "home.read", notRoot: true, key: "f" },
    ],
  },
  {
    title: "Below you",
    items: [
      { page: "tenants", label: "Tenants", icon: "tenants", needs: "tenants.read", above: true, key: "n" },
      { page: "plans", label: "Plans", icon: "plans", needs: "plans.read", above: true, key: "p" },
      { page: "earnings", label: "Earnings", icon: "reports", needs: "tenants.read", above: true, key: "2" },
      { page: "vouchers", label: "Vouchers", icon: "voucher", needs: "vouchers.read", above: true, key: "v" },
      { page: "approvals", label: "Approvals", icon: "check", needs: "balance.read", above: true, key: "o" },
    ],
  },
  {
    title: "This tenant",
    items: [
      { page: "branding", label: "Branding", icon: "destinations", needs: "tenants.read", above: true, key: "1" },
      { page: "notifications", label: "Notifications", icon: "out", needs: "incidents.read", key: "y" },
      { page: "developers", label: "Developers", icon: "inside", needs: "tokens.read", key: "." },
      { page: "exports", label: "Exports", icon: "statement", needs: "exports.read", key: "t" },
      { page: "team", label: "Team", icon: "team", needs: "members.read", key: "m" },
      { page: "settings", label: "Settings", icon: "settings", needs: "shell.read", key: "," },
      { page: "incidents", label: "Incidents", icon: "alert", needs: "incidents.read", root: true, key: "x" },
      { page: "rules", label: "Rules", icon: "lock", needs: "rules.read", key: "w" },
      { page: "audit", label: "Audit", icon: "audit", needs: "audit.read", key: "a" },
      {
        page: "reconciliation",
        label: "Reconciliation",
        icon: "compare",
        needs: "reconciliation.read",
        root: true,
        key: "r",
      },
      { page: "system", label: "System", icon: "live", needs: "system.read", root: true, key: "j" },
      { page: "retention", label: "Retention", icon: "lock", needs: "retention.read", root: true, key: "q" },
    ],
  },
];

/** The pages this person is offered here. A page that is not offered still answers for itself when its address is typed. */
export function navFor(can: (permission: Permission) => boolean, kind: string): readonly NavGroup[] {
  const offered = (item: NavItem) =>
    (!item.needs || can(item.needs)) &&
    (!item.above || kind !== "customer") &&
    (!item.below || kind === "customer") &&
    (!item.root || kind === "operator") &&
    (!item.notRoot || kind !== "operator");
  return groups
    .map((group) => ({ ...group, items: group.items.filter(offered) }))
    .filter((group) => group.items.length > 0);
}

/** The page an address under /t/<tenant>/ belongs to; the bare tenant is its home. */
export const pageOf = (pathname: string): string => pathname.split("/")[3] ?? "home";

export const labelOf = (page: string, kind: string): string =>
  navFor(() => true, kind)
    .flatMap((group) => group.items)
    .find((item) => item.page === page)?.label ?? "";
