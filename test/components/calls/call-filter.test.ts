import { describe, expect, it } from "vitest";

import { isFiltered, paramsOf, readCallFilter } from "@/components/calls/call-filter";

const read = (query: string) => readCallFilter(new URLSearchParams(query));

describe("the filter in the address", () => {
  it("is read as it was written", () => {
    expect(read("q=4420&outcome=blocked&extension=e1&from=2026-11-01&to=2026-11-21&before=c")).toEqual({
      text: "4420",
      outcome: "blocked",
      extensionId: "e1",
      from: "2026-11-01",
      to: "2026-11-21",
      cursor: "c",
    });
  });

  it("counts what is not understood as not given", () => {
    expect(read("outcome=%3Cscript%3E&from=yesterday&to=2026-1-1&q=%20%20")).toEqual({});
  });

  it("knows a page of the whole list from a filtered list", () => {
    expect(isFiltered(read("before=c"))).toBe(false);
    expect(isFiltered(read("q=1"))).toBe(true);
  });

  it("takes the first of a repeated name", () => {
    expect(readCallFilter(paramsOf({ q: ["a", "b"], outcome: undefined }))).toEqual({ text: "a" });
  });
});
