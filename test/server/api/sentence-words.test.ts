import { describe, expect, test } from "vitest";

import { problemsInWords, refusalInWords, sentenceInWords, sentences } from "@/server/api/sentence-words";
import { sentencesWithNames } from "@/server/api/sentences-with-names";
import { inLanguage } from "@/server/infra/words/speaking";
import { DomainError } from "@/server/kernel/errors";
import { sourceAt, trackedFiles } from "@/test/architecture/tidy/source";

describe("what the server says of a refusal", () => {
  test("is in the language of whoever reads it", () => {
    const said = (language: "en" | "de", sentence: string) => inLanguage(language, () => sentenceInWords(sentence));
    expect(said("de", "Only an owner can invite an owner.")).toBe("Nur ein Inhaber kann einen Inhaber einladen.");
    expect(said("de", "At most 80 characters.")).toBe("Höchstens 80 Zeichen.");
    expect(said("en", "At most 80 characters.")).toBe("At most 80 characters.");
  });

  test("keeps the names and numbers that are in it, each in its place", () => {
    const sentence = "Incident 7 still stops calls: release what it contained first.";
    expect(inLanguage("en", () => sentenceInWords(sentence))).toBe(sentence);
    expect(inLanguage("de", () => sentenceInWords(sentence))).toBe(
      "Vorfall 7 hält noch Anrufe auf: Geben Sie zuerst frei, was er eingedämmt hat.",
    );
    expect(inLanguage("de", () => sentenceInWords("There is no incident “{number} $& (x”."))).toBe(
      "Es gibt keinen Vorfall “{number} $& (x”.",
    );
  });

  test("is left to its code where the catalogue has no words for it, and marks its field all the same", () => {
    const sentence = "Line 7: not a prefix. The list stays as it was.";
    expect(inLanguage("en", () => sentenceInWords(sentence))).toBe(sentence);
    expect(inLanguage("ar", () => sentenceInWords(sentence))).toBeNull();
    expect(inLanguage("fr", () => problemsInWords({ name: ["Too odd."] }))).toEqual({
      name: ["Cela n’est pas permis ici."],
    });
  });

  test("stands in the code as it stands in the list", () => {
    const code = trackedFiles()
      .filter((path) => /^server\/.*\.ts$/.test(path) && !/^server\/api\/(sentence|line-words)/.test(path))
      .map((path) => sourceAt(path).text)
      .join("\n");
    expect(sentences.filter((sentence) => !code.includes(`"${sentence}"`))).toEqual([]);
    // What is put into a sentence may hold braces of its own.
    const plain = code.replace(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, "{}");
    const bare = (sentence: string) => sentence.replace(/\{\w+\}/g, "{}");
    expect(sentencesWithNames.filter((sentence) => !plain.includes(`\`${bare(sentence)}\``))).toEqual([]);
  });
});

test("what is there by now is said in words where it stands as a word of a program, and as it was typed elsewhere", () => {
  const said = (field: string, value: string | boolean) => {
    const sentence = `Ada changed this while you typed: it is ${typeof value === "boolean" ? "on" : value} now. Save again to put yours in place of theirs.`;
    const refusal = new DomainError(
      "changed_meanwhile",
      { field, there: JSON.stringify({ [field]: value }) },
      sentence,
    );
    expect(inLanguage("en", () => refusalInWords(refusal))).toBe(sentence);
    return /Es ist jetzt (.*)\. Speichern/.exec(inLanguage("de", () => refusalInWords(refusal)) ?? "")?.[1];
  };
  expect(said("automatic", true)).toBe("an");
  expect(said("action", "delete")).toBe("gelöscht");
  expect(said("roles", "viewer incident_responder")).toBe("Betrachter und Vorfallbearbeiter");
  expect(said("displayName", "viewer")).toBe("viewer");
  expect(said("roles", "viewer captain")).toBe("viewer captain");
});
