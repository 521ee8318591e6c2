import { describe, expect, it } from "vitest";

import { withParam } from "@/components/ui/search-params";

describe("the address as state", () => {
  it("sets, replaces and takes out, and leaves the rest alone", () => {
    const query = new URLSearchParams("q=a&open=1");
    expect(withParam(query, { open: "2" })).toBe("q=a&open=2");
    expect(withParam(query, { open: undefined, q: "" })).toBe("");
    expect(query.toString()).toBe("q=a&open=1");
  });
});
