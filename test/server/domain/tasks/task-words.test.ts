import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

import { exportKinds, exportWords } from "@/server/domain/exports/export.schema";
import { taskNote, taskTitle } from "@/server/domain/tasks/task-words";
import { inLanguage } from "@/server/infra/words/speaking";
import { trackedFiles } from "@/test/architecture/tidy/source";

const others = ["de", "es", "fr", "pt", "ar"] as const;

describe("the title of a long job", () => {
  test.each([
    ["rating.rerate", "Re-rating, calls of 2026-11-01 to 2026-11-02", "2026-11-02"],
    ["rating.rerate", "Preview of a re-rating, calls of 2026-11-01 to 2026-11-02", "2026-11-01"],
    ["export.make", "Export: security events", ""],
    ["cdr.import", "Compare october.csv", "october.csv"],
    ["deck.import", "Compare my prices.xlsx", "my prices.xlsx"],
    ["deck.import", "Read my prices.xlsx", "my prices.xlsx"],
    ["hotlist.import", "Read a {file}.csv into Known fraud", "a {file}.csv"],
    ["usage.rebuild", "Make the sums of calls anew from 2026-01-01 to 2026-02-01", "2026-01-01"],
    ["rule.rehearse", "Rehearse new country per tenant", ""],
    ["subject.erase", "Count what is known about a number", ""],
    ["subject.erase", "Count what is known about a person", ""],
    ["subject.erase", "Erasure of a number", ""],
    ["subject.erase", "Erasure of a person", ""],
    ["tenant.import", "Make 1 tenant", ""],
    ["tenant.import", "Make 17 tenants", "17"],
    ["extension.import", "Make 200 extensions", "200"],
  ])("%s, “%s”, is said in every language, with its names", (kind, stored, name) => {
    expect(inLanguage("en", () => taskTitle(kind, stored))).toBe(stored);
    for (const language of others) {
      const said = inLanguage(language, () => taskTitle(kind, stored));
      expect(said, language).not.toBe(stored);
      expect(said, language).not.toMatch(/\b(?:of|the|Make|Read|Compare|Rehearse)\b/);
      expect(said, language).toContain(name);
    }
  });

  test("names the list of a file in the reader's words", () => {
    for (const kind of exportKinds) {
      const stored = `Export: ${exportWords[kind].name.toLowerCase()}`;
      expect(
        inLanguage("ar", () => taskTitle("export.make", stored)),
        kind,
      ).not.toContain(stored.slice(8));
    }
  });

  test("stays as it is where no version has called a job so", () => {
    expect(inLanguage("de", () => taskTitle("deck.import", "Something else"))).toBe("Something else");
  });
});

test("every note of a job in the code is said in every language", () => {
  const files = trackedFiles().filter((path) => /^(?:workers\/tasks|server\/domain)\/.*\.ts$/.test(path));
  const found = files.flatMap((path) =>
    [...readFileSync(path, "utf8").matchAll(/report\??\.?\(\{[^}]*?note: "([^"]+)"/g)].map(([, note]) => note ?? ""),
  );
  expect(new Set(found).size).toBeGreaterThan(8);
  const made = ["3 refused", "3 would change", "1 charges compared", "9 failures, 1 times critical"];
  for (const note of [...found, ...made])
    for (const language of others) {
      expect(
        inLanguage(language, () => taskNote("cdr.import", note)),
        `${note} in ${language}`,
      ).not.toBe(note);
    }
  expect(inLanguage("ar", () => taskNote("subject.erase", "audit event"))).not.toContain("audit");
});
