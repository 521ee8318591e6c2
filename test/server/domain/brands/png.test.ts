import { describe, expect, test } from "vitest";

import { readPng } from "@/server/domain/brands/png";
import { chunk, pngOf } from "@/test/support/png";

const refusedOf = (bytes: Buffer) => {
  const read = readPng(bytes);
  return "refused" in read ? read.refused : undefined;
};

describe("a picture", () => {
  test("is taken with what draws it, and without what tells of its maker", () => {
    const plain = pngOf(8, 4);
    const end = plain.length - 12;
    const told = Buffer.concat([
      plain.subarray(0, end),
      chunk("tEXt", Buffer.from("Author\0Ada")),
      chunk("eXIf", Buffer.from("here")),
      plain.subarray(end),
    ]);
    expect(readPng(told)).toEqual({ png: plain, width: 8, height: 4 });
  });

  test("with something behind its end is cut there", () => {
    const read = readPng(Buffer.concat([pngOf(8, 4), Buffer.from("<script>alert(1)</script>")]));
    expect(read).toMatchObject({ png: pngOf(8, 4) });
  });

  test.each([
    ["another file", Buffer.from("<svg/>"), "It is not a PNG picture."],
    ["half of one", pngOf(8, 4).subarray(0, 40), "The picture is not whole."],
    ["a damaged one", Buffer.from(pngOf(8, 4).map((byte, at) => (at === 18 ? 9 : byte))), "The picture is damaged."],
    [
      "one without a picture",
      Buffer.concat([pngOf(8, 4).subarray(0, 33), chunk("IEND", Buffer.alloc(0))]),
      "The picture is not whole.",
    ],
    ["one of no size", pngOf(0, 4), "A side has at most 2000 pixels."],
    ["a huge one", pngOf(2_001, 1), "A side has at most 2000 pixels."],
  ])("that is %s is refused", (_what, bytes, why) => expect(refusedOf(bytes)).toBe(why));
});
