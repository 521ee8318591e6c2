import { expect, test } from "vitest";

import {
  banByHand,
  blockByHand,
  evidenceByHand,
  forgetByHand,
  hangUpByHand,
  refuseByHand,
  rotateByHand,
  tellByHand,
} from "@/server/domain/incidents/by-hand.rules";

const phone = { slug: "acme", number: "101", sipUsername: "acme-101" };

test("each call, phone and extension is one command that can be copied", () => {
  expect(hangUpByHand(["1700000000.42", "pbx1-1700000000.43"])).toEqual([
    'asterisk -rx "channel request hangup 1700000000.42"',
    'asterisk -rx "channel request hangup pbx1-1700000000.43"',
  ]);
  expect(forgetByHand([phone])[0]).toContain("WHERE endpoint = 'acme-101'");
  expect(rotateByHand([phone])).toEqual(["npx ringfence extension rotate --tenant acme --number 101"]);
});

test("nothing reaches a shell that is not a name, a number or an address", () => {
  const evil = ['1"; rm -rf /', "$(id)", "a\nb", "`id`", "a b", "a'--", ""];
  for (const text of evil) {
    const phones = [{ slug: text, number: text, sipUsername: text }];
    expect([
      ...hangUpByHand([text]),
      ...forgetByHand(phones),
      ...rotateByHand(phones),
      ...evidenceByHand(text),
      ...refuseByHand("1", text, undefined),
      ...refuseByHand("1", "acme", text),
      ...banByHand("1", [text]),
      ...banByHand(text, ["203.0.113.7"]),
      ...blockByHand("1", text, ["881"]),
      ...blockByHand("1", "acme", [text]),
      ...tellByHand("1", [{ slug: text, emails: ["ada@acme.example"] }], true),
    ]).toEqual([]);
    expect(tellByHand("1", [{ slug: "acme", emails: [text] }], true)[0]).toBe(
      "# acme has no owner who could be written to: call them",
    );
  }
});

test("what is said of emergency numbers is true of what was done", () => {
  const said = (rotates: boolean) => tellByHand("1", [{ slug: "acme", emails: ["ada@acme.example"] }], rotates).at(-1);
  expect(said(false)).toBe("# Say: calls are stopped because of incident 1, and emergency numbers work");
  expect(said(true)).toMatch(/reaches nobody, emergency numbers included, until it has its new secret$/);
});

test("a flood is cut, and says how many more there are and what lists them", () => {
  const calls = hangUpByHand(Array.from({ length: 500 }, (_, n) => `1700000000.${n}`));
  expect(calls).toHaveLength(61);
  expect(calls.at(-1)).toBe("# and 440 more, which this lists: npx ringfence live");
  const phones = Array.from({ length: 61 }, (_, n) => ({ ...phone, number: String(100 + n) }));
  const more = "# and 1 more, which this lists: npx ringfence extension list --tenant acme";
  expect([rotateByHand(phones).at(-1), forgetByHand(phones).at(-1)]).toEqual([more, more]);
  expect(rotateByHand(phones.slice(0, 60))).toHaveLength(60);
  expect(
    banByHand(
      "7",
      Array.from({ length: 70 }, (_, n) => `203.0.113.${n}`),
    ).at(-1),
  ).toBe("# and 10 more, which this lists: npx ringfence incident show 7");
});
