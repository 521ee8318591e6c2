import { expect, test } from "vitest";

import { sourcesOf } from "@/components/reconciliation/source-health";

type Run = Parameters<typeof sourcesOf>[0];
const texts = { ageText: () => "2 s", sizeText: (bytes: number) => `${bytes} B` };
const now = Date.parse("2026-06-01T12:00:00Z");

/** A board on which only the file of call records and the ends that were heard matter. */
function fileState(spool: Partial<NonNullable<Run["spool"]>>, ended: number) {
  const run = {
    ...{ at: new Date(now), pbx: "pbx1", open: 0, live: 0, sawChannels: true, ami: null },
    ...{ endsWaiting: 0, endsDropped: 0, ledgerCheckedAt: null, ledgerEntries: {} },
    ends: { hangup: { count: ended, lastAt: null } },
    spool: { file: "calls.csv", there: false, size: 0, readTo: 0, lagBytes: 0, records: 0, unreadable: 0, ...spool },
  } as unknown as Run;
  const { health, state } = sourcesOf(run, now, texts).find(({ name }) => name === "Call record file") ?? {};
  return [health, state];
}

test("before any call has ended the PBX has written no file, and nothing is amiss", () => {
  expect(fileState({}, 0)).toEqual(["off", "no record yet"]);
});

test("a file that is missing although calls ended, was read before, or has a problem, is amiss", () => {
  const missing = ["ill", "not there"];
  expect(fileState({}, 1)).toEqual(missing);
  expect(fileState({ readTo: 400 }, 0)).toEqual(missing);
  expect(fileState({ problem: "The records cannot be written to the database." }, 0)).toEqual(missing);
});

test("a file that is there is read to its end, or lags", () => {
  expect(fileState({ there: true }, 0)).toEqual(["well", "read to its end"]);
  expect(fileState({ there: true, lagBytes: 90 }, 0)[0]).toBe("ill");
});
