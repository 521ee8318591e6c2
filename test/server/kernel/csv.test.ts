import { expect, test } from "vitest";

import { csvForPeople } from "@/server/kernel/csv";

test("quotes what needs it, and nothing in it is a formula", () => {
  const rows = [
    ["line", "reason"],
    ["1", 'a "quote", and\na line'],
    ["=1+1", "+49"],
    ["-1", "@x"],
    ["\tx", "\rx"],
    ["", "ä"],
  ];
  expect(csvForPeople(rows)).toBe(
    `line,reason\r\n1,"a ""quote"", and\na line"\r\n'=1+1,'+49\r\n'-1,'@x\r\n'\tx,"'\rx"\r\n,ä\r\n`,
  );
});
