import { expect, test } from "vitest";

import { missingLibrary, StartError, sentenceOf } from "@/server/embedded/sentence";

test.each([
  [Object.assign(new Error("write ENOSPC"), { code: "ENOSPC" }), "The disk is full"],
  [
    Object.assign(new Error("initdb failed"), { stderr: "could not write: No space left on device" }),
    "The disk is full",
  ],
  [Object.assign(new Error("x"), { code: "EACCES", path: "/srv/data" }), "Access is denied at /srv/data"],
  [new StartError("Something plain."), "Something plain."],
  ["a text", "a text"],
])("%s", (error, sentence) => {
  expect(sentenceOf(error)).toContain(sentence);
  expect(sentenceOf(error)).not.toContain("\n");
});

test("the loader's complaint names the library", () => {
  expect(missingLibrary("x: error while loading shared libraries: libssl.so.3: cannot open shared object file")).toBe(
    "libssl.so.3",
  );
  expect(missingLibrary("/lib/libc.so.6: version `GLIBC_2.42' not found (required by x)")).toBe("GLIBC_2.42");
  expect(missingLibrary("all is well")).toBeUndefined();
});
