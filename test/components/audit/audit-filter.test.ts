import { describe, expect, test } from "vitest";

import { noFilter, readAuditFilter } from "@/components/audit/audit-filter";

const read = (search: string) => readAuditFilter(new URLSearchParams(search));

describe("the filter of the trail in the address", () => {
  test("is read whole, and an empty address asks for everything", () => {
    const search = "action=extension&actor=cli&about=extension:7&outcome=denied&from=2026-11-01&to=2026-11-30";
    expect(read(search)).toEqual({
      action: "extension",
      actor: "cli",
      about: "extension:7",
      outcome: "denied",
      from: "2026-11-01",
      to: "2026-11-30",
    });
    expect(read("")).toEqual({});
  });

  test("what is not understood counts as not given", () => {
    expect(read("outcome=perhaps&from=yesterday&to=&action=%20")).toEqual({});
  });

  test("clearing takes out whatever can be set, and the page", () => {
    const set = read("action=a&actor=b&about=c&outcome=ok&from=2026-11-01&to=2026-11-30");
    expect(Object.keys(noFilter)).toEqual([...Object.keys(set), "before"]);
  });
});
