import { describe, expect, test } from "vitest";

import { inLanguage } from "@/server/infra/words/speaking";
import { askedLanguage } from "@/server/kernel/languages";
import { keyOf, msg, say, spoken, t } from "@/server/kernel/words";

describe("a text", () => {
  test("is its own English, with counts and choices filled in", () => {
    expect(t("Sign in")).toBe("Sign in");
    expect(t("Hang up {count, plural, one {# call} other {# calls}} of {name}", { count: 1, name: "Bo" })).toBe(
      "Hang up 1 call of Bo",
    );
    expect(t("{n, plural, =0 {Nothing} one {One} other {# of {all}}} left", { n: 1200, all: 3000 })).toBe(
      "1,200 of 3,000 left",
    );
    expect(t("{state, select, open {Open} other {Over}}", { state: "open" })).toBe("Open");
    expect(t("state|Open")).toBe("Open");
  });

  test("is said in the language of whoever it is for, however deep and late, and beside each other", async () => {
    const marked = msg("Cancel");
    const later = async () => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      return say(marked);
    };
    const all = await Promise.all((["de", "ar", "en", "fr"] as const).map((language) => inLanguage(language, later)));
    expect(all).toEqual(["Abbrechen", "إلغاء", "Cancel", "Annuler"]);
    expect(spoken()).toBe("en");
  });

  test("stays English where nobody has translated it, and pseudo where it is looked for", () => {
    expect(inLanguage("de", () => say("Nobody says this" as never))).toBe("Nobody says this");
    expect(inLanguage("en-XA", () => t("Cancel"))).toMatch(/^\[Çàñçél( ~)+\]$/);
  });

  test("keeps a name of the other direction in its place", () => {
    const said = inLanguage("ar", () => t("Passkey: {name}", { name: "Laptop" }));
    expect(said).toContain("\u2068Laptop\u2069");
  });

  test("is found by a key that is the same everywhere", () => expect(keyOf("Cancel")).toBe(keyOf("Cancel")));
});

test("a browser's wish is the first of ours by weight", () => {
  expect(askedLanguage("nl, fr;q=0.4, ar-EG;q=0.8, de;q=0")).toBe("ar");
  expect(askedLanguage("pt-BR,pt;q=0.9")).toBe("pt");
  expect(askedLanguage("nl, xx;q=oops")).toBeUndefined();
  expect(askedLanguage(undefined)).toBeUndefined();
});
