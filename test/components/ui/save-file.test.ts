import { expect, test } from "vitest";

import { csvLines } from "@/components/ui/save-file";

test("lines for a spreadsheet: quoted where it takes that, and no cell is a formula", () => {
  const rows = [
    ["line", "value"],
    ["3", 'a "b", c'],
    ["4", '=HYPERLINK("x")'],
    ["5", "+49"],
  ];
  expect(csvLines(rows)).toBe(`line,value\r\n3,"a ""b"", c"\r\n4,"'=HYPERLINK(""x"")"\r\n5,'+49\r\n`);
});
