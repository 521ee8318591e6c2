import { describe, expect, it } from "vitest";

import { isFiltered, paramsOf, readCallFilter } from "@/components/calls/call-filter";

const read = (query: string) => readCallFilter(new URLSearchParams(query));

describe("the filter in the address", () => {
  it("is read as it was written", () => {
    const id = "4f0c1a52-63a5-4b0e-9a53-0c4e1d2b7a10";
    const asked = `q=4420&outcome=blocked&reason=CAP-01&direction=out&country=DE&extension=${id}&cost=0.5&seconds=90`;
    expect(read(`${asked}&from=2026-11-01&to=2026-11-21&before=17_${id}`)).toEqual({
      scope: "own",
      text: "4420",
      outcome: "blocked",
      reason: "CAP-01",
      direction: "out",
      country: "DE",
      extensionId: id,
      minCost: "0.5",
      minSeconds: 90,
      from: "2026-11-01",
      to: "2026-11-21",
      cursor: `17_${id}`,
    });
  });

  it("counts what is not understood as not given", () => {
    expect(read("outcome=%3Cscript%3E&from=yesterday&to=2026-1-1&q=%20%20")).toEqual({});
    expect(read("reason=x&direction=up&country=Germany&extension=7&cost=-1&seconds=long&before=c")).toEqual({});
  });

  it("knows a page of the whole list from a filtered list", () => {
    expect(isFiltered(read("before=17_4f0c1a52-63a5-4b0e-9a53-0c4e1d2b7a10"))).toBe(false);
    expect(isFiltered(read("q=1"))).toBe(true);
  });

  it("has an order only where it is not the usual one, which narrows nothing", () => {
    expect(read("sort=-time")).toEqual({ sort: "-time" });
    expect([read("sort=time"), read("sort=cost")]).toEqual([{}, {}]);
    expect(isFiltered(read("sort=-time"))).toBe(false);
  });

  it("takes the first of a repeated name", () => {
    expect(readCallFilter(paramsOf({ q: ["a", "b"], outcome: undefined }))).toEqual({ text: "a" });
  });
});

it("reads whose calls are meant, and no tenant beside one's own", () => {
  expect(read("scope=own&tenant=acme")).toEqual({ scope: "own" });
  expect(read("scope=below&tenant=acme")).toEqual({ scope: "below", tenant: "acme" });
  expect(read("scope=all&tenant=../x")).toEqual({});
  expect(isFiltered(read("scope=own"))).toBe(false);
  expect(isFiltered(read("tenant=acme"))).toBe(true);
  // A phone stands in the bar among own calls only: whatever else the address says, it can be seen and taken out.
  const extensionId = "4f0c1a52-63a5-4b0e-9a53-0c4e1d2b7a10";
  for (const whose of ["", "&scope=below", "&tenant=acme"])
    expect(read(`extension=${extensionId}${whose}`)).toEqual({ scope: "own", extensionId });
});
