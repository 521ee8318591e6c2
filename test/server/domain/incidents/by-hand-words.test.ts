import { expect, test } from "vitest";

import { forgetByHand, hangUpByHand, tellByHand } from "@/server/domain/incidents/by-hand.rules";
import { handLine, stepError } from "@/server/domain/incidents/by-hand-words";
import { inLanguage } from "@/server/infra/words/speaking";
import { domainErrors } from "@/server/kernel/errors";

const others = ["de", "es", "fr", "pt", "ar"] as const;
const told = [
  { slug: "acme", emails: ["ada@acme.example"] },
  { slug: "brick", emails: [] },
];
const calls = hangUpByHand(Array.from({ length: 500 }, (_, n) => `1700000000.${n}`));

test("what people read of the lines by hand is in their language, with every name in it, and still a comment", () => {
  const lines = [...tellByHand("7", told, true), ...tellByHand("7", told, false), calls.at(-1) ?? ""];
  expect(lines).toHaveLength(7);
  for (const line of lines) {
    expect(inLanguage("en", () => handLine(line))).toBe(line);
    for (const language of others) {
      const said = inLanguage(language, () => handLine(line));
      expect(said, language).toMatch(/^# /);
      expect(said, language).not.toBe(line);
      for (const name of line.match(/acme|brick|ada@acme\.example|\b7\b|\b440\b/g) ?? []) expect(said).toContain(name);
    }
  }
});

test("a command is the same in every language, also where it ends a sentence", () => {
  const phones = [{ slug: "acme", number: "101", sipUsername: "acme-101" }];
  for (const language of others) {
    inLanguage(language, () => {
      for (const line of [...calls.slice(0, 2), ...forgetByHand(phones)]) expect(handLine(line)).toBe(line);
      expect(handLine(calls.at(-1) ?? "")).toMatch(/: npx ringfence live$/);
      expect(handLine("# what an older version wrote")).toBe("# what an older version wrote");
    });
  }
});

test("why a step could not be done is said in the reader's language", () => {
  const stored = [
    "It failed for a reason that the log tells.",
    domainErrors.pbx_unreachable,
    domainErrors.evidence_late,
    domainErrors.not_found,
    domainErrors.conflict,
  ];
  for (const error of stored) {
    expect(inLanguage("en", () => stepError(error))).toBe(error);
    for (const language of others)
      expect(
        inLanguage(language, () => stepError(error)),
        language,
      ).not.toBe(error);
  }
  expect(inLanguage("de", () => stepError(""))).toBe("");
});
