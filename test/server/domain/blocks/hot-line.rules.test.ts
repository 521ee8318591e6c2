import { describe, expect, it } from "vitest";

import { readHotLine } from "@/server/domain/blocks/hot-line.rules";

describe("a line of a hot list", () => {
  it.each([
    ["4990012345", "4990012345", true],
    ["+49 (900) 123-45,IRSF,2026", "4990012345", true],
    ['"0049 900 12345";"x"', "4990012345", true],
    ["88213*", "88213", false],
    ["+7*\tRussia", "7", false],
    [" 4990012345 ", "4990012345", true],
  ])("%j is %s", (text, digits, exact) => expect(readHotLine(text, 2)).toEqual({ digits, exact }));

  it.each(["", "   ", ",,,", '"";', "# a remark"])("%j is nothing", (text) =>
    expect(readHotLine(text, 2)).toBeUndefined(),
  );

  it("knows a line of names at the top, and only there", () => {
    expect(readHotLine("number,type", 1)).toBeUndefined();
    expect(readHotLine("number,type", 2)).toEqual({ reason: "is no number" });
  });

  it.each([
    ["030123456", "begins with 0"],
    ["1234", "too short"],
    ["4912345678901234", "more than 15 digits"],
    ["12345abc", "is no number"],
    ["*", "no number in its first column"],
    [",4990012345", "no number in its first column"],
    ["=cmd|' /C calc'!A0", "is no number"],
    ["\u0664\u0669\u0669\u0660\u0660\u0661\u0662", "is no number"],
  ])("%j is left out: it %s", (text, why) => {
    const read = readHotLine(text, 7);
    expect(read && "reason" in read && read.reason).toContain(why);
  });
});
