import { describe, expect, it } from "vitest";

import { treeOrder } from "@/components/tenants/tree-order";

const node = (slug: string, parentSlug: string | null) => ({ slug, parentSlug, name: slug });

describe("the tree as a list", () => {
  it("puts each tenant under the one above it, by name", () => {
    const placed = treeOrder([node("b", "root"), node("a2", "a"), node("a", "root"), node("a1", "a")]);
    expect(placed.map(({ slug, depth }) => `${depth}${slug}`)).toEqual(["0a", "1a1", "1a2", "0b"]);
  });

  it("keeps what a search left without its parent", () => {
    expect(treeOrder([node("deep", "gone")]).map(({ depth }) => depth)).toEqual([0]);
  });
});
