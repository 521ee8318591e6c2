import { describe, expect, it } from "vitest";

import { withParam } from "@/components/ui/search-params";

describe("the address as state", () => {
  it("sets, replaces and takes out, and leaves the rest alone", () => {
    const query = new URLSearchParams("q=a&open=1");
    expect(withParam(query, { open: "2" })).toBe("q=a&open=2");
    expect(withParam(query, { open: undefined, q: "" })).toBe("");
    expect(query.toString()).toBe("q=a&open=1");
  });

  it("has of the open row only what is that row's own", () => {
    const query = new URLSearchParams("before=list&open=1&lines=rules&line=7&lineBefore=9");
    expect(withParam(query, { open: "2" })).toBe("before=list&open=2");
    expect(withParam(query, { open: undefined })).toBe("before=list");
    expect(withParam(query, { open: "1", line: "8" })).toBe("before=list&open=1&lines=rules&line=8&lineBefore=9");
  });
});
