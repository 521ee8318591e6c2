import { readFileSync } from "node:fs";

import { expect, test } from "vitest";

import { burstsOf } from "@/components/incidents/timeline-bursts";
import { groupWords } from "@/components/incidents/timeline-words";
import { groupOf, kindsOf, lineGroups } from "@/server/domain/incidents/timeline-kinds.schema";

const START = Date.UTC(2026, 4, 1, 9);
const line = (seq: number, kind: string, minute: number, body = "") => ({
  ...{ seq, kind, body, actor: "Ringfence", detail: {} },
  at: new Date(START + minute * 60_000),
});

test("fifteen of a kind in a row are one line with fourteen more; what a person wrote stands by itself", () => {
  const flood = Array.from({ length: 15 }, (_, n) => line(n + 2, "rule_kept", n));
  const words = Array.from({ length: 5 }, (_, n) => line(n + 20, "comment", 20, `Word ${n}`));
  const bursts = burstsOf([line(1, "opened", 0), ...flood, ...words]);
  expect(bursts.map(({ first, more }) => `${first.seq}+${more.length}`)).toEqual([
    ...["1+0", "2+14", "20+0", "21+0", "22+0", "23+0", "24+0"],
  ]);
});

test("three are not put away, and what comes an hour later is no part of it", () => {
  expect(burstsOf([1, 2, 3].map((n) => line(n, "notified", n)))).toHaveLength(3);
  const later = [1, 2, 3, 4, 64, 65, 66, 67].map((n) => line(n, "notified", n));
  expect(burstsOf(later).map(({ more }) => more.length)).toEqual([3, 3]);
});

test("each kind that has words is in one group and no other kind is, each group has a word and an icon", () => {
  const said = readFileSync("components/incidents/incident-words.ts", "utf8").matchAll(/case "(\w+)":/g);
  const grouped = lineGroups.flatMap(kindsOf);
  expect(grouped.toSorted()).toEqual([...said].map(([, kind]) => kind).toSorted());
  for (const group of lineGroups) expect(groupWords[group].word).toMatch(/^timeline\|/);
  expect(groupOf("some_thing")).toBe("people");
});
