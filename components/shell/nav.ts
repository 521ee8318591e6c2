import type { Permission } from "@/components/shell/scope";
import type { IconName } from "@/components/ui/icon";
import { type Message, msg, say } from "@/server/kernel/words";

export type NavItem = Readonly<{
  page: string;
  label: string;
  /** The same in English, by which it is found in every language. */
  english: string;
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
type Written = Readonly<{
  title?: Message;
  items: readonly (Omit<NavItem, "label" | "english"> & Readonly<{ label: Message }>)[];
}>;

const groups: readonly Written[] = [
  {
    items: [
      { page: "home", label: msg("Home"), icon: "home", key: "h" },
      { page: "calls", label: msg("Calls"), icon: "calls", needs: "calls.read", key: "c" },
      { page: "live", label: msg("Live"), icon: "live", needs: "calls.read", key: "l" },
      { page: "extensions", label: msg("Extensions"), icon: "phones", needs: "extensions.read", key: "e" },
      { page: "numbers", label: msg("Numbers"), icon: "in", needs: "numbers.read", key: "k" },
      { page: "balance", label: msg("Balance"), icon: "balance", needs: "balance.read", key: "b" },
      { page: "statements", label: msg("Statements"), icon: "statement", needs: "balance.read", key: "s" },
      { page: "disputes", label: msg("Disputes"), icon: "undo", needs: "disputes.read", key: "u" },
      { page: "reports", label: msg("Reports"), icon: "reports", needs: "calls.read", key: "g" },
      { page: "limits", label: msg("Limits"), icon: "limits", needs: "balance.read", key: "i" },
      { page: "destinations", label: msg("Destinations"), icon: "destinations", needs: "destinations.read", key: "d" },
      { page: "blocks", label: msg("Blocks"), icon: "lock", needs: "destinations.read", key: "z" },
      { page: "plans", label: msg("Prices"), icon: "plans", needs: "plans.read", below: true, key: "p" },
      { page: "notices", label: msg("Notices"), icon: "alert", needs: "home.read", notRoot: true, key: "f" },
    ],
  },
  {
    title: msg("Below you"),
    items: [
      { page: "tenants", label: msg("Tenants"), icon: "tenants", needs: "tenants.read", above: true, key: "n" },
      { page: "plans", label: msg("Plans"), icon: "plans", needs: "plans.read", above: true, key: "p" },
      { page: "earnings", label: msg("Earnings"), icon: "reports", needs: "tenants.read", above: true, key: "2" },
      { page: "vouchers", label: msg("Vouchers"), icon: "voucher", needs: "vouchers.read", above: true, key: "v" },
      { page: "approvals", label: msg("Approvals"), icon: "check", needs: "balance.read", above: true, key: "o" },
    ],
  },
  {
    title: msg("This tenant"),
    items: [
      { page: "branding", label: msg("Branding"), icon: "destinations", needs: "tenants.read", above: true, key: "1" },
      { page: "notifications", label: msg("Notifications"), icon: "out", needs: "incidents.read", key: "y" },
      { page: "developers", label: msg("Developers"), icon: "inside", needs: "tokens.read", key: "." },
      { page: "exports", label: msg("Exports"), icon: "statement", needs: "exports.read", key: "t" },
      { page: "team", label: msg("Team"), icon: "team", needs: "members.read", key: "m" },
      { page: "settings", label: msg("Settings"), icon: "settings", needs: "shell.read", key: "," },
      { page: "incidents", label: msg("Incidents"), icon: "alert", needs: "incidents.read", root: true, key: "x" },
      { page: "security-events", label: msg("Security events"), icon: "alert", needs: "security.read", key: "3" },
      { page: "rules", label: msg("Rules"), icon: "lock", needs: "rules.read", key: "w" },
      { page: "audit", label: msg("Audit"), icon: "audit", needs: "audit.read", key: "a" },
      {
        page: "reconciliation",
        label: msg("Reconciliation"),
        icon: "compare",
        needs: "reconciliation.read",
        root: true,
        key: "r",
      },
      { page: "pbx", label: msg("PBXs and trunks"), icon: "phones", needs: "system.read", root: true, key: "4" },
      { page: "system", label: msg("System"), icon: "live", needs: "system.read", root: true, key: "j" },
      { page: "retention", label: msg("Retention"), icon: "lock", needs: "retention.read", root: true, key: "q" },
    ],
  },
];

/** The pages this person is offered here. A page that is not offered still answers for itself when its address is typed. */
export function navFor(can: (permission: Permission) => boolean, kind: string): readonly NavGroup[] {
  const offered = (item: Omit<NavItem, "label" | "english">) =>
    (!item.needs || can(item.needs)) &&
    (!item.above || kind !== "customer") &&
    (!item.below || kind === "customer") &&
    (!item.root || kind === "operator") &&
    (!item.notRoot || kind !== "operator");
  return groups
    .map(({ title, items }) => ({
      ...(title ? { title: say(title) } : {}),
      items: items.filter(offered).map((item) => ({ ...item, label: say(item.label), english: item.label })),
    }))
    .filter((group) => group.items.length > 0);
}

/** The page an address under /t/<tenant>/ belongs to; the bare tenant is its home. */
export const pageOf = (pathname: string): string => pathname.split("/")[3] ?? "home";

export const labelOf = (page: string, kind: string): string =>
  navFor(() => true, kind)
    .flatMap((group) => group.items)
    .find((item) => item.page === page)?.label ?? "";
