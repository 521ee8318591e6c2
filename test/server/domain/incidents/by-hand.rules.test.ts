import { expect, test } from "vitest";

import { forgetByHand, hangUpByHand, rotateByHand } from "@/server/domain/incidents/by-hand.rules";

test("each call, phone and extension is one command that can be copied", () => {
  expect(hangUpByHand(["1700000000.42", "pbx1-1700000000.43"])).toEqual([
    'asterisk -rx "channel request hangup 1700000000.42"',
    'asterisk -rx "channel request hangup pbx1-1700000000.43"',
  ]);
  expect(forgetByHand(["acme-101"])[0]).toContain("WHERE endpoint = 'acme-101'");
  expect(rotateByHand([{ slug: "acme", number: "101" }])).toEqual([
    "npx ringfence extension rotate --tenant acme --number 101",
  ]);
});

test("nothing reaches a shell that is not a name, and a flood is cut", () => {
  const evil = ['1"; rm -rf /', "$(id)", "a\nb", "`id`", ""];
  expect([hangUpByHand(evil), forgetByHand(["a'--", ...evil]), rotateByHand([{ slug: "a;b", number: "1;2" }])]).toEqual(
    [...[[], [], []]],
  );
  expect(hangUpByHand(Array.from({ length: 500 }, (_, n) => `1700000000.${n}`))).toHaveLength(60);
});
