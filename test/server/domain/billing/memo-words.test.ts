import { expect, test } from "vitest";

import { memoInWords, ownMemos } from "@/server/domain/billing/memo-words";
import { inLanguage } from "@/server/infra/words/speaking";
import { sourceAt, trackedFiles } from "@/test/architecture/tidy/source";

test("what the portal notes with a movement is said in the reader's language, what people typed as they typed it", () => {
  const said = (memo: string) => inLanguage("de", () => memoInWords(memo));
  expect(said("Call to +49301234567")).toBe("Anruf an +49301234567");
  expect(said("Call from outside")).toBe("Anruf von außen");
  expect(said("Credit D-000012")).toBe("Gutschrift D-000012");
  expect(said("Payment by card")).toBe("Zahlung mit Karte");
  expect(said("Credit")).toBe("Gutschrift");
  for (const typed of ["Call me back", "Call to Ms Ray: goodwill", "Credit D-day"]) expect(said(typed)).toBe(typed);
  expect(inLanguage("en", () => memoInWords("Payment by card"))).toBe("Payment by card");
});

test("it is noted word for word where movements are posted", () => {
  const code = trackedFiles()
    .filter(
      (path) => /^(prisma\/migrations\/.*\.sql|server\/domain\/.*\.ts)$/.test(path) && !path.endsWith("memo-words.ts"),
    )
    .map((path) => sourceAt(path).text)
    .join("\n");
  const isNoted = (memo: string) =>
    memo.endsWith(" outside") ? /'outside'/.test(code) : new RegExp(`["']${memo.replace(/\{\w+\}$/, "")}`).test(code);
  expect(ownMemos.map((memo) => memo.replace(/^memo\|/, "")).filter((memo) => !isNoted(memo))).toEqual([]);
});
