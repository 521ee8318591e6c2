import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

import { taskError, taskErrors } from "@/server/domain/tasks/task-errors";
import { inLanguage } from "@/server/infra/words/speaking";
import { trackedFiles } from "@/test/architecture/tidy/source";

const others = ["de", "es", "fr", "pt", "ar"] as const;
const code = (where: RegExp) =>
  trackedFiles()
    .filter((path) => where.test(path) && path !== "server/domain/tasks/task-errors.ts")
    .map((path) => readFileSync(path, "utf8"))
    .join("\n");
const filled = (sentence: string) => sentence.replaceAll(/\$?\{(?:[^{}]|\{[^{}]*\})*\}/g, "17, b");

describe("why a long job failed", () => {
  test("is said in every language, with what stands in it, and stays English for who reads English", () => {
    for (const message of taskErrors) {
      const stored = filled(message);
      expect(inLanguage("en", () => taskError(stored))).toBe(stored);
      for (const language of others) {
        const said = inLanguage(language, () => taskError(stored));
        expect(said, language).not.toBe(stored);
        expect(said, language).not.toContain("{");
        expect(said.split("17, b").length, said).toBe(stored.split("17, b").length);
      }
    }
    expect(
      inLanguage("de", () =>
        taskError(
          "Only 3 of 900 records are calls of ours, so nothing was kept: check the time zone, the source and the format.",
        ),
      ),
    ).toBe(
      "Nur 3 von 900 Datensätzen sind Anrufe von uns, daher wurde nichts behalten: Prüfen Sie Zeitzone, Quelle und Format.",
    );
  });

  test("is nothing for a job that did not fail, and what an older version wrote stays", () => {
    expect(inLanguage("de", () => taskError(null))).toBeNull();
    expect(inLanguage("de", () => taskError("Some words of long ago."))).toBe("Some words of long ago.");
  });

  test("has words for every sentence with which the work of a job ends", () => {
    const thrown = [
      ...code(/^(?:workers\/tasks\/.*|server\/domain\/cdr-import\/(?:file-lines|cdr-store))\.ts$/).matchAll(
        /["`]([A-Z][^"`\n]+ [^"`\n]+\.)["`]/g,
      ),
    ].map(([, sentence = ""]) => sentence);
    expect(thrown.length).toBeGreaterThan(12);
    expect(
      thrown.filter((sentence) => inLanguage("fr", () => taskError(filled(sentence))) === filled(sentence)),
    ).toEqual([]);
  });

  test("stands in the code as it stands in the list", () => {
    const plain = code(/^(?:server|workers)\/.*\.ts$/).replaceAll(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, "{}");
    const bare = (text: string) => text.replaceAll(/\{\w+\}/g, "{}");
    expect(
      taskErrors.filter((one) => !plain.includes(`"${bare(one)}"`) && !plain.includes(`\`${bare(one)}\``)),
    ).toEqual([]);
  });
});
