import { expect, test } from "vitest";

import { signalTitles, titleText } from "@/server/domain/incidents/incident-title";
import { inLanguage } from "@/server/infra/words/speaking";

const german = (title: string) => inLanguage("de", () => titleText(title));

test.each([
  ["Failed sign-ins from 192.0.2.0/24", "Fehlgeschlagene Anmeldungen von 192.0.2.0/24"],
  ["Failed sign-ins from 2001:db8::/64", "Fehlgeschlagene Anmeldungen von 2001:db8::/64"],
  [
    "Failed sign-ins from more networks than can be told apart",
    "Fehlgeschlagene Anmeldungen aus mehr Netzen, als sich unterscheiden lassen",
  ],
  ["Many calls: Quay Florist, extension 101", "Viele Anrufe: Quay Florist, Nebenstelle 101"],
  ["Changes that open doors: Quay: Florist", "Änderungen, die Türen öffnen: Quay: Florist"],
  ["The telephone system does not answer", "Die Telefonanlage antwortet nicht"],
  ["Failed sign-ins from the boss", "Failed sign-ins from the boss"],
  ["Many calls that nobody made", "Many calls that nobody made"],
  ["Many changes that open doors: Acme", "Many changes that open doors: Acme"],
  ["Strange calls {what}", "Strange calls {what}"],
])("%s is %s in German", (stored, said) => {
  expect(german(stored)).toBe(said);
  expect(titleText(stored)).toBe(stored);
});

test("every title of a rule is said in every language", () => {
  for (const title of Object.values(signalTitles)) {
    for (const language of ["de", "es", "fr", "pt", "ar"] as const) {
      const said = inLanguage(language, () => titleText(`${title}: Acme`));
      expect(said).toContain("Acme");
      expect(said, language).not.toContain(title);
    }
  }
});
