import type { Item } from "@/components/shell/palette-items";

const MOST = 6;
const keyOf = (tenantSlug: string): string => `ringfence-recent-${tenantSlug}`;

type Kept = Pick<Item, "key" | "label" | "detail" | "icon" | "href">;

const isKept = (value: unknown): value is Kept =>
  typeof value === "object" &&
  value !== null &&
  "key" in value &&
  "label" in value &&
  "href" in value &&
  typeof value.href === "string" &&
  value.href.startsWith("/t/");

/** What was chosen lately in this tab. It ends with the tab, so that nobody who signs in later reads whom the other one looked for. */
export function recentItems(tenantSlug: string): readonly Item[] {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(keyOf(tenantSlug)) ?? "[]");
    return Array.isArray(kept)
      ? kept.filter(isKept).map((item) => ({ ...item, key: `recent ${item.key}`, group: "Recent" }))
      : [];
  } catch {
    return [];
  }
}

export function rememberItem(tenantSlug: string, { key, label, detail, icon, href, after }: Item): void {
  if (!href || after) return;
  const bare = key.replace(/^recent /, "");
  const before = recentItems(tenantSlug).map((item) => ({ ...item, key: item.key.replace(/^recent /, "") }));
  const kept = [{ key: bare, label, detail, icon, href }, ...before.filter((item) => item.key !== bare)].slice(0, MOST);
  try {
    sessionStorage.setItem(keyOf(tenantSlug), JSON.stringify(kept));
  } catch {
    // A browser that keeps nothing has no recent things.
  }
}

const TENANTS = "ringfence-tenants";

/** Short names of the tenants that were looked at in this browser, the last first. Names only, and only those one may see are shown. */
export function recentTenants(): readonly string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(TENANTS) ?? "[]");
    return Array.isArray(kept) ? kept.filter((slug): slug is string => typeof slug === "string") : [];
  } catch {
    return [];
  }
}

export function rememberTenant(slug: string): void {
  try {
    localStorage.setItem(
      TENANTS,
      JSON.stringify([slug, ...recentTenants().filter((each) => each !== slug)].slice(0, 20)),
    );
  } catch {
    // As above.
  }
}
