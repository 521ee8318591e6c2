import { describe, expect, test } from "vitest";

import { begunWith, fileOf, formatsFor, partsOf, takenOut, withWhose } from "@/components/exports/asked-file";
import { type Filter, filterIn, searchOf } from "@/components/exports/export-address";
import { type ExportKind, exportKinds } from "@/server/domain/exports/export.schema";
import { exportFilters, newExportSchema } from "@/server/domain/exports/new-export.schema";

type Given = Readonly<{ what: ExportKind; filter: Filter; seller: boolean; again?: boolean }>;

/** What the procedure gets when a list's link is followed and the form sent as it stands. */
function sent({ what, filter, seller, again = false }: Given): Filter {
  const carried = filterIn(new URLSearchParams(searchOf(what, filter)).get("filter"));
  const parts = partsOf({ what, filter: begunWith({ what, filter: carried, seller, again }), seller });
  const fields = new FormData();
  fields.set("timeZone", "UTC");
  for (const [name, day] of Object.entries(parts.days ?? {})) fields.set(name, day);
  return newExportSchema.parse(fileOf(fields, { what, ...parts, format: "csv" })).filter;
}

describe("what the link of a list carries is what is asked for", () => {
  const days = { from: "2026-11-01", to: "2026-11-21" };
  test.each<[ExportKind, Filter]>([
    ["calls", { outcome: "blocked", extensionId: "4f0c1a52-63a5-4b0e-9a53-0c4e1d2b7a10", ...days }],
    ["ledger", days],
    ["audit", { actor: "cli", ...days }],
    ["security_events", { severity: "high", address: "203.0.113.0/24", tenant: "acme", ...days }],
  ])("of %s, with its days", (what, filter) => {
    expect(sent({ what, filter, seller: false })).toEqual(filter);
  });

  test("each list whose filter has days has fields for them, and no other", () => {
    for (const what of exportKinds) {
      const { days: fields } = partsOf({ what, filter: days, seller: false });
      expect(fields, what).toEqual("from" in exportFilters[what].shape ? days : undefined);
    }
  });

  test("an address that nobody could read carries nothing", () => {
    for (const text of [null, "", "[]", "7", "{"]) expect(filterIn(text)).toEqual({});
  });
});

describe("of a seller's calls", () => {
  const seller = true;
  const what = "calls" as const;

  test("it is always said whose are meant: of all below, but own ones where the page showed those or the file had those", () => {
    expect(sent({ what, filter: {}, seller })).toEqual({ scope: "below" });
    expect(sent({ what, filter: { scope: "own", outcome: "busy" }, seller })).toEqual({
      scope: "own",
      outcome: "busy",
    });
    expect(sent({ what, filter: { scope: "below", tenant: "acme" }, seller })).toEqual({
      scope: "below",
      tenant: "acme",
    });
    expect(sent({ what, filter: {}, seller, again: true })).toEqual({ scope: "own" });
    expect(sent({ what, filter: { tenant: "acme" }, seller, again: true })).toEqual({ scope: "below", tenant: "acme" });
    expect(sent({ what, filter: {}, seller: false })).toEqual({});
    expect(sent({ what: "ledger", filter: {}, seller })).toEqual({});
  });

  test("what is taken out makes the file larger, never another one: the days and whose calls stay", () => {
    const filter = { scope: "below", outcome: "busy", tenant: "acme", from: "2026-11-01" };
    expect(takenOut(partsOf({ what, filter, seller }))).toEqual({ scope: "below", from: "2026-11-01" });
    expect(takenOut(partsOf({ what, filter: { outcome: "busy" }, seller: false }))).toEqual({});
  });

  test("another choice whose lets go of a tenant below and of an own phone", () => {
    expect(withWhose({ scope: "below", tenant: "acme", outcome: "busy" }, "own")).toEqual({
      scope: "own",
      outcome: "busy",
    });
    expect(withWhose({ scope: "own", extensionId: "x" }, "below")).toEqual({ scope: "below" });
  });

  test("a document is offered of own calls only, and of no other list", () => {
    expect(formatsFor(what, { whose: "own" })).toContain("pdf");
    expect(formatsFor(what, { whose: undefined })).toContain("pdf");
    expect(formatsFor(what, { whose: "below" })).toEqual(["csv", "csv_safe", "jsonl"]);
    expect(formatsFor("audit", { whose: undefined })).toEqual(["csv", "csv_safe", "jsonl"]);
  });
});
