import { expect, test } from "vitest";

import { filterIn } from "@/components/exports/export-address";
import { filterText, narrowedText } from "@/components/exports/filter-words";
import { exportFilters } from "@/server/domain/exports/new-export.schema";
import { incidentViews } from "@/server/domain/incidents/incident.schema";
import { tenantViews } from "@/server/domain/tenancy/tenant-view.schema";
import { inLanguage } from "@/server/infra/words/speaking";
import { type Language, languages } from "@/server/kernel/languages";

test("a seller's calls are called its own where the filter does not say whose they are; a customer's are everything", () => {
  expect(filterText({ what: "calls", filter: {} }, true)).toBe("own calls");
  expect(filterText({ what: "calls", filter: { outcome: "busy" } }, true)).toBe("own calls, outcome busy");
  expect(filterText({ what: "calls", filter: { scope: "below" } }, true)).toBe("calls of all below");
  expect(filterText({ what: "calls", filter: { tenant: "acme" } }, true)).toBe("of tenant acme");
  expect(filterText({ what: "calls", filter: {} }, false)).toBe("Everything");
  expect(filterText({ what: "audit", filter: {} }, true)).toBe("Everything");
  expect(narrowedText({ outcome: "busy" })).toBe("outcome busy");
});

test("what a list shows is said in its own word, in the reader's language, and never as only only", () => {
  for (const [what, views] of [
    ["tenants", tenantViews],
    ["incidents", incidentViews],
  ] as const) {
    for (const view of views) {
      for (const language of Object.keys(languages) as Language[]) {
        const text = inLanguage(language, () => filterText({ what, filter: { view } }, true));
        expect(text, `${language} ${view}`).not.toContain("only");
        expect(text, `${language} ${view}`).not.toBe(`view ${view}`);
        if (language !== "en") expect(text, `${language} ${view}`).not.toBe(narrowedText({ view }));
      }
    }
  }
  expect(narrowedText({ view: "runway" })).toBe("with little credit");
  expect(inLanguage("de", () => narrowedText({ view: "runway" }))).toBe("mit wenig Guthaben");
});

test("what narrows security events has words: moments, what is left out, how they came", () => {
  const filter = {
    since: "2026-05-01T12:00:00+02:00",
    until: "2026-05-01T10:05:00.000Z",
    not: "type:FailedACL address:203.0.113.0%2F24",
    transport: "TLS",
  };
  expect(narrowedText(filter)).toBe(
    "since 2026-05-01 10:00:00 UTC, before 2026-05-01 10:05:00 UTC, without address not allowed and 203.0.113.0/24, over TLS",
  );
  expect(inLanguage("de", () => narrowedText(filter))).toBe(
    "seit 2026-05-01 10:00:00 UTC, vor 2026-05-01 10:05:00 UTC, ohne Adresse nicht erlaubt und 203.0.113.0/24, über TLS",
  );
});

test("every filter that a file can have is said in words of the reader's language, never by its name in the address", () => {
  const given = {
    from: "2026-05-01",
    to: "2026-05-02",
    tenant: "acme",
    text: "17",
    scope: "below",
    outcome: "no_answer",
    reason: "CAP-01",
    direction: "out",
    country: "FR",
    extensionId: "6a4c3b0e-0000-4000-8000-000000000001",
    minCost: "0.5",
    minSeconds: 90,
    status: "never",
    unusedDays: 30,
    action: "extension",
    actor: "cli",
    about: "extension:",
    severity: "high",
    view: "late",
    show: "snoozed",
    type: "FailedACL",
    address: "203.0.113.9",
    account: "101",
    transport: "TLS",
    not: "type:FailedACL",
    since: "2026-05-01T12:00:00Z",
    until: "2026-05-01T12:05:00Z",
    month: "2026-05",
  };
  const names = new Set(Object.values(exportFilters).flatMap((one) => Object.keys(one.shape)));
  expect([...names].filter((name) => !(name in given))).toEqual([]);
  for (const [name, value] of Object.entries(given)) {
    const english = narrowedText({ [name]: value });
    for (const language of (Object.keys(languages) as Language[]).filter((one) => one !== "en")) {
      // French has the same word.
      if (language === "fr" && name === "action") continue;
      expect(
        inLanguage(language, () => narrowedText({ [name]: value })),
        `${language} ${name}`,
      ).not.toBe(english);
    }
  }
  expect(narrowedText({ status: "never", unusedDays: 1, direction: "in", outcome: "denied" })).toBe(
    "state never connected, unused for 1 day, direction incoming, outcome denied",
  );
  expect(inLanguage("de", () => narrowedText({ minCost: "0.5", minSeconds: 1_800, country: "FR" }))).toBe(
    "Kosten mindestens 0,50, Gespräch mindestens 1.800 Sekunden, an Rufnummern von Frankreich",
  );
});

test("a name that every object has is no word of a filter", () => {
  expect(narrowedText(filterIn('{"constructor":1}'))).toBe("constructor 1");
  expect(narrowedText({ toString: "valueOf", outcome: "constructor", view: "constructor" })).toBe(
    "toString valueOf, outcome constructor, view constructor",
  );
});
