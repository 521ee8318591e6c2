import { describe, expect, test } from "vitest";

import type { DeckSettings } from "@/server/domain/decks/deck.schema";
import { reading } from "@/test/support/deck-reading";

describe("the other columns", () => {
  const all =
    "prefix,rate,connection_fee,initial_increment,increment,grace_seconds,free_seconds,minimum_charge,max_charge,beyond,steps,hours,direction,status";
  test("all of them", async () => {
    const { rows, problems } = await reading(
      `${all}\n49,0.01,0.02,30,6,3,10,0.05,1.5,free,60:0.05:1;600:0.04:60,mon-tue 08:00-19:00; sun 22:00-mon 02:00,in,change\n`,
    );
    expect(problems).toEqual([]);
    expect(rows).toMatchObject([
      {
        connectionFee: 20_000n,
        firstSeconds: 30,
        nextSeconds: 6,
        graceSeconds: 3,
        freeSeconds: 10,
        minimumCharge: 50_000n,
        maxCharge: 1_500_000n,
        beyond: "free",
        stepFrom: "{60,600}",
        stepPerMinute: "{50000,40000}",
        stepIncrement: "{1,60}",
        hours: "{[480,1140),[1920,2580),[9960,10080),[0,120)}",
        direction: "in",
        status: "set",
      },
    ]);
  });

  test.each([
    ["connection_fee", "-1"],
    ["initial_increment", "0"],
    ["initial_increment", "3601"],
    ["increment", "60/6/1"],
    ["increment", "x"],
    ["grace_seconds", "1.5"],
    ["free_seconds", "86401"],
    ["max_charge", "0"],
    ["max_charge", "0.01", "minimum_charge", "0.02"],
    ["beyond", "later"],
    ["steps", "60:0.05"],
    ["steps", "60:0.05:1;60:0.04:1"],
    ["steps", "0:0.05:1"],
    ["hours", "mon 19:00-08:00"],
    ["hours", "someday"],
    ["hours", "mon 08:00-25:00"],
    ["direction", "up"],
    ["status", "maybe"],
    ["status", "block"],
    ["Reject calls", "Yes"],
    ["Reject calls", "perhaps"],
    ["effective_from", "2026-02-30"],
    ["effective_from", "46357"],
    ["effective_from", "03/04/2027"],
    ["effective_to", "soon"],
    ["effective_to", "2026-13-01"],
  ])("%s %s is refused", async (column, cell, other = "comment", second = "") => {
    const { problems } = await reading(`prefix,rate,${column},${other}\n49,0.01,"${cell}",${second}\n`);
    expect(problems).toMatchObject([{ severity: "error", line: 2, column, value: cell }]);
  });

  test.each([
    ["2027-01-31", "L2027-01-31 00:00:00"],
    ["2027-01-31T10:30:00Z", "2027-01-31 10:30:00Z"],
    ["2027-01-31 10:30+02:00", "2027-01-31 10:30:00+02:00"],
    ["31.1.2027", "L2027-01-31 00:00:00"],
    ["31/01/2027 08:00", "L2027-01-31 08:00:00"],
    ["2027-01-31T10:30:00.000001Z", "2027-01-31 10:30:00.000001Z"],
  ])("the date %s", async (cell, text) => {
    expect((await reading(`prefix,rate,effective from\n49,0.01,${cell}\n`)).rows).toMatchObject([{ starts: text }]);
  });

  test.each(["Grace Time", "grace", "Grace period"])(
    "%s is asked about once, where it says something",
    async (name) => {
      const { rows, problems } = await reading(`prefix,rate,${name}\n49,0.01,0\n33,0.01,5\n44,0.01,5\n`);
      expect(rows.map(({ graceSeconds }) => graceSeconds)).toEqual([0, 5, 5]);
      expect(problems).toMatchObject([{ severity: "warning", line: 3, column: name, value: "5" }]);
      expect((await reading("prefix,rate,grace_seconds\n33,0.01,5\n")).problems).toEqual([]);
    },
  );

  test("day or month first is told by a date that tells, or by a person", async () => {
    const file = (first: string) => `prefix,rate,valid from\n49,0.01,${first}\n33,0.01,03/04/2027\n`;
    const starts = async (first: string, settings?: DeckSettings) =>
      (await reading(file(first), settings)).rows.map((row) => row.starts.slice(1, 11));
    expect(await starts("25/12/2026")).toEqual(["2026-12-25", "2027-04-03"]);
    expect(await starts("12/25/2026")).toEqual(["2026-12-25", "2027-03-04"]);
    expect(await starts("05/04/2027", { dates: "mdy" })).toEqual(["2027-05-04", "2027-03-04"]);
  });
});
