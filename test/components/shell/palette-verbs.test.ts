import { expect, test } from "vitest";

import { meansButton, verbIn, verbText } from "@/components/shell/palette-verbs";
import { inLanguage } from "@/server/infra/words/speaking";

test("reads a verb before a name, by any word for it", () => {
  expect(verbIn("Suspend extension front door")).toEqual({ verb: "suspend", rest: "front door" });
  expect(verbIn("stop 101")).toEqual({ verb: "suspend", rest: "101" });
  expect(verbIn("suspend")).toEqual({ rest: "suspend" });
  expect(verbIn("+49 30 1234567")).toEqual({ rest: "+49 30 1234567" });
});

test("reads it in the language of the page, and in English there as well", () => {
  for (const text of ["sperren 101", "Sperren Nebenstelle 101", "suspend 101"])
    expect(inLanguage("de", () => verbIn(text))).toEqual({ verb: "suspend", rest: "101" });
  expect(inLanguage("ar", () => verbIn("تعليق 101"))).toEqual({ verb: "suspend", rest: "101" });
  expect(inLanguage("en", () => verbIn("sperren 101"))).toEqual({ rest: "sperren 101" });
  expect(inLanguage("de", () => verbText("suspend", "101 Tor"))).toBe("101 Tor sperren");
});

test("knows a button by what is written on it and by its verb in English", () => {
  const de = (text: string) => inLanguage("de", () => meansButton(text, "Nebenstelle sperren", "suspend"));
  expect(["sperren", "susp", "block", "anhalten"].map(de)).toEqual([true, true, true, true]);
  expect(["rotate", "löschen"].map(de)).toEqual([false, false]);
  expect(meansButton("top", "Aufladen", "")).toBe(false);
});
