import { expect, test } from "vitest";

import { moneyText } from "@/components/billing/money-text";
import { dayText, momentText } from "@/components/ui/clock-text";
import { inLanguage } from "@/server/infra/words/speaking";
import { type Language, languages } from "@/server/kernel/languages";
import { listText, numberText, regionText } from "@/server/kernel/locale";
import { formatMicros } from "@/server/kernel/money";

const all = Object.keys(languages) as Language[];
const inAll = (work: () => string) => Object.fromEntries(all.map((language) => [language, inLanguage(language, work)]));
/** What stands between figure and sign is a blank of some kind, and Arabic brings marks of direction. */
const plain = (texts: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(texts).map(([language, text]) => [
      language,
      text.replace(/[\u00a0\u202f]/g, " ").replace(/[\u200e\u200f\u061c]/g, ""),
    ]),
  );

test("money is written as each language writes it, with the digits of invoices", () => {
  expect(plain(inAll(() => moneyText(-1_234_500_000n, "EUR")))).toEqual({
    en: "−€1,234.50",
    de: "−1.234,50 €",
    es: "−1234,50 €",
    fr: "−1 234,50 €",
    pt: "−€ 1.234,50",
    ar: "−1,234.50 €",
  });
  expect(plain(inAll(() => moneyText(3_400n, "USD", { bare: true })))).toEqual({
    en: "0.0034",
    de: "0,0034",
    es: "0,0034",
    fr: "0,0034",
    pt: "0,0034",
    ar: "0.0034",
  });
  expect(plain(inAll(() => formatMicros(1_000_000n, "KWD")))).toMatchObject({ en: "KWD 1.000", de: "1,000 KWD" });
});

test("numbers, days, lists and countries too", () => {
  expect(plain(inAll(() => numberText(1_234_567n)))).toEqual({
    en: "1,234,567",
    de: "1.234.567",
    es: "1.234.567",
    fr: "1 234 567",
    pt: "1.234.567",
    ar: "1,234,567",
  });
  expect(inLanguage("de", () => listText(["a", "b", "c"]))).toBe("a, b und c");
  expect(inAll(() => regionText("DE"))).toEqual({
    en: "Germany",
    de: "Deutschland",
    es: "Alemania",
    fr: "Allemagne",
    pt: "Alemanha",
    ar: "ألمانيا",
  });
  expect(inLanguage("fr", () => regionText("not a code"))).toBe("not a code");
});

test("a moment is one of the zone's clock in every language, by 24 hours", () => {
  const at = new Date("2026-11-21T23:30:05Z");
  const now = new Date("2026-11-23T10:00:00Z");
  expect(inAll(() => dayText(at, "Europe/Berlin", now))).toEqual({
    en: "22 Nov",
    de: "22. Nov.",
    es: "22 nov",
    fr: "22 nov.",
    pt: "22 de nov.",
    ar: "22 نوفمبر",
  });
  for (const text of Object.values(inAll(() => momentText(at, "Europe/Berlin", now)))) expect(text).toMatch(/ 00:30$/);
});
