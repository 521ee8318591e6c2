import fc from "fast-check";
import { expect, test } from "vitest";

import { cdrRecordsOf, parseCdrLine } from "@/server/domain/calls/cdr-line.rules";

const quote = (fields: string[]) => fields.map((field) => `"${field.replaceAll('"', '""')}"`).join(",");
const answered = [
  "1795357225.12",
  "1795357225.12",
  "PJSIP/acme-101-00000008",
  "101",
  "493012345678",
  "1795357225.000001",
  "1795357227.500000",
  "1795357230.251234",
  "2.751234",
  "ANSWERED",
  "out:5f0a8f0e-7d1f-4f2f-9a59-0d2f3f1b7a11",
];
const but = (changes: Record<number, string>) => quote(answered.map((field, at) => changes[at] ?? field));

test("an answered call", () => {
  expect(parseCdrLine(quote(answered))).toEqual({
    uniqueId: "1795357225.12",
    linkedId: "1795357225.12",
    channel: "PJSIP/acme-101-00000008",
    endpoint: "acme-101",
    source: "101",
    destination: "493012345678",
    startedAtMs: 1_795_357_225_000,
    answeredAtMs: 1_795_357_227_500,
    endedAtMs: 1_795_357_230_251,
    talkMs: 2_751,
    disposition: "ANSWERED",
    kind: "out",
    callId: "5f0a8f0e-7d1f-4f2f-9a59-0d2f3f1b7a11",
  });
});

test("a call that nobody answered talked for nothing", () => {
  for (const answer of ["", "0.000000"]) {
    const line = parseCdrLine(but({ 6: answer, 8: "0.000000", 9: "NO ANSWER" }));
    expect(line).toMatchObject({ answeredAtMs: undefined, talkMs: 0 });
  }
});

test("a comma and a quote inside a field stay inside it", () => {
  expect(parseCdrLine(but({ 3: 'Acme, "Berlin"' }))?.source).toBe('Acme, "Berlin"');
});

test("a torn line is no record", () => {
  const whole = quote(answered);
  for (let end = 0; end < whole.length; end += 1) {
    const torn = parseCdrLine(whole.slice(0, end));
    if (torn) expect(torn.uniqueId).toBe("1795357225.12");
    if (end < whole.length - 50) expect(torn).toBeUndefined();
  }
});

test("the record behind a torn one is read, wherever that was torn, and so is one that lacks only its end of line", () => {
  const [first, next] = [
    quote(answered),
    quote(answered.map((field) => field.replaceAll("1795357225.12", "1795357226.13"))),
  ];
  for (let end = 1; end < first.length; end += 1) {
    const { records, unreadable } = cdrRecordsOf(first.slice(0, end) + next);
    expect(records.at(-1)).toEqual(parseCdrLine(next));
    // Torn in its last field, which says what kind of call it was, a record tells all that money needs.
    expect(records.slice(0, -1)).toEqual(end === first.lastIndexOf(",") + 1 ? [parseCdrLine(first.slice(0, end))] : []);
    expect(records.length + unreadable).toBe(2);
  }
  const both = cdrRecordsOf(first + next);
  expect(both.records.map(({ uniqueId }) => uniqueId)).toEqual(["1795357225.12", "1795357226.13"]);
  expect(both.unreadable).toBe(0);
  expect(cdrRecordsOf(first.slice(0, 40))).toEqual({ records: [], unreadable: 1 });
});

test("nobody who chooses a name or a number makes a record of it in a torn line", () => {
  const forged = quote(answered.map((field) => field.replaceAll("1795357225.12", "1795357226.13")));
  const line = quote(answered.with(3, forged).with(4, forged));
  for (let end = 1; end <= line.length; end += 1) {
    const torn = cdrRecordsOf(line.slice(0, end) + quote(answered));
    expect(torn.records.map(({ uniqueId }) => uniqueId)).not.toContain("1795357226.13");
  }
});

test.each([
  ["a negative time", { 8: "-1" }],
  ["a time in words", { 8: "1e9" }],
  ["no id", { 0: "" }],
  ["no end", { 7: "" }],
])("%s makes it no record", (_what, changes) => {
  expect(parseCdrLine(but(changes))).toBeUndefined();
});

test("nothing in a file can make it throw", () => {
  fc.assert(fc.property(fc.string(), (line) => void parseCdrLine(line)));
});
