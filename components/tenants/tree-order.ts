type Node = Readonly<{ slug: string; parentSlug: string | null; name: string }>;

export type Placed<Item> = Item & Readonly<{ depth: number }>;

/** The tree as a list: each tenant under the one above it, by name. What hangs on a tenant that is not in the list starts at the left. */
export function treeOrder<Item extends Node>(items: readonly Item[]): readonly Placed<Item>[] {
  const slugs = new Set(items.map((item) => item.slug));
  const children = new Map<string, Item[]>();
  for (const item of items) {
    const above = item.parentSlug !== null && slugs.has(item.parentSlug) ? item.parentSlug : "";
    children.set(above, [...(children.get(above) ?? []), item]);
  }
  const seen = new Set<string>();
  const walk = (above: string, depth: number): Placed<Item>[] =>
    (children.get(above) ?? [])
      .toSorted((a, b) => a.name.localeCompare(b.name, "en"))
      .flatMap((item) => {
        if (seen.has(item.slug)) return [];
        seen.add(item.slug);
        return [{ ...item, depth }, ...walk(item.slug, depth + 1)];
      });
  return walk("", 0);
}
