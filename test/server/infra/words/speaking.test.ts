import { expect, test } from "vitest";

import { wordsAt, wordsFor } from "@/server/infra/words/browser-words";
import { areaOfPath } from "@/server/infra/words/reach";
import { inLanguageOf, keptLanguage, wishedLanguage } from "@/server/infra/words/speaking";
import { spoken } from "@/server/kernel/words";

test("a request speaks what its cookie says, else what its browser asks for, else English", () => {
  const heard = (headers: Record<string, string>) => inLanguageOf(headers, spoken);
  expect(heard({ cookie: "a=b; ringfence-language=fr", "accept-language": "de" })).toBe("fr");
  expect(heard({ cookie: "ringfence-language=xx", "accept-language": "de-AT, en" })).toBe("de");
  expect(heard({})).toBe("en");
  expect(wishedLanguage({ "accept-language": "nl" })).toBeUndefined();
  expect(keptLanguage("xringfence-language=de")).toBeUndefined();
  expect(keptLanguage("ringfence-language=__proto__")).toBeUndefined();
});

test("an address leads to the words of its page, and to none in English", () => {
  expect([areaOfPath("/t/acme/calls"), areaOfPath("/t/acme"), areaOfPath("/sign-in"), areaOfPath("/")]).toEqual([
    "t/calls",
    "t/home",
    "outside",
    "outside",
  ]);
  expect(wordsFor("/t/acme/settings", "en")).toEqual([]);
  const addresses = wordsFor("/t/acme/settings", "de");
  expect(addresses).toHaveLength(2);
  const texts = addresses.map((address) => {
    const [, , , language, digest, ...area] = address.split("/");
    return language === "de" ? wordsAt("de", digest ?? "", area.join("/")) : undefined;
  });
  expect(Object.values(JSON.parse(texts[1] ?? "{}"))).toContain("Endgültig festgelegt");
  // What the frame brings already does not come with the page again.
  expect(Object.values(JSON.parse(texts[0] ?? "{}"))).toContain("Abbrechen");
  expect(Object.values(JSON.parse(texts[1] ?? "{}"))).not.toContain("Abbrechen");
  expect(wordsAt("de", "stale", "t")).toBeUndefined();
  expect(wordsAt("de", "stale", "t/../../etc")).toBeUndefined();
});
