import { expect, test } from "vitest";

import { readMasterRow, readSpoolRow } from "@/server/domain/cdr-import/master-row.rules";

const options = { source: "pbx1", zone: "UTC" };
const times = '"2026-03-10 12:00:00","2026-03-10 12:00:03","2026-03-10 12:01:03"';
const line = (tail = "") =>
  `"acme-101","101","49301","ringfence-out","""Door"" <101>","PJSIP/acme-101-00000001","PJSIP/carrier-2","Dial","x",${times},63,60,"ANSWERED","DOCUMENTATION","1770000000.1","out:abc"${tail}`;

test("a record of cdr_csv is read, with and without the newer columns", () => {
  expect(readMasterRow(line(), 1, options)).toMatchObject({
    callKey: "1770000000.1",
    talkMs: 60_000,
    endpoint: "acme-101",
    dialled: "49301",
    word: "out",
    secondary: false,
  });
  const newer = readMasterRow(line(',"","1770000000.0","17"'), 1, options);
  expect(newer).toMatchObject({ callKey: "1770000000.1", secondary: true });
});

test.each([
  ['"a', "a quote is left open"],
  ["a,b,c", "has 3 columns, a record has 16 to 21"],
  [line().replace("ANSWERED", "MAYBE"), "start, end and disposition do not stand where a record has them"],
  [line().replace('"1770000000.1"', '""'), "is missing or no id (loguniqueid=yes)"],
])("%j is refused with its reason", (text, reason) => {
  expect(readMasterRow(text, 3, options)).toMatchObject({ line: 3, reason });
});

test("a line that is no record of our own file is refused", () => {
  expect(readSpoolRow("half a li", 4, options)).toMatchObject({ line: 4, reason: "is no whole record of our file" });
});
