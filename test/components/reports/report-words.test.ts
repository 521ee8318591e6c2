import { describe, expect, it } from "vitest";

import { readReportParams, reportInput, todayIn } from "@/components/reports/report-params";
import {
  acdOf,
  asrOf,
  changeText,
  csvOf,
  keyText,
  lengthText,
  marginOf,
  plainMoney,
  type Usage,
} from "@/components/reports/report-words";

const usage: Usage = {
  calls: 12,
  answered: 5,
  blocked: 2,
  talkMs: 500_000,
  billedSeconds: 510,
  costMicros: 3_000_000n,
  revenueMicros: 5_000_000n,
  correctedCostMicros: 0n,
  correctedRevenueMicros: -500_000n,
};
const params = (query: string) => readReportParams(new URLSearchParams(query), "2026-11-26");

describe("what a report says", () => {
  it("counts answers among the calls that were let out, and nothing of nothing", () => {
    expect(asrOf(usage)).toBe(0.5);
    expect(acdOf(usage)).toBe(100);
    expect(asrOf({ ...usage, calls: 2 })).toBeNull();
    expect(acdOf({ ...usage, answered: 0 })).toBeNull();
    expect(marginOf(usage)).toBe(1_500_000n);
    expect(lengthText(100)).toBe("1:40");
    expect(lengthText(null)).toBe("–");
  });

  it("compares in words", () => {
    expect(changeText(12, 10)).toBe("20 % more than before");
    expect(changeText(5, 10)).toBe("50 % less than before");
    expect(changeText(0, 0)).toBe("as before");
    expect(changeText(3, 0)).toBe("nothing before");
  });

  it("names days, months and hours, the latter by the clocks of the zone", () => {
    expect(keyText("2026-11-26", "UTC")).toBe("26 Nov");
    expect(keyText("2026-11", "UTC")).toBe("Nov 2026");
    expect(keyText("2026-11-26T18:15Z", "Asia/Kathmandu")).toBe("00:00");
  });

  it("writes files that spreadsheets run nothing of", () => {
    expect(csvOf([['=HYPERLINK("x")', "-1.5", 'a "b"']])).toBe(`"'=HYPERLINK(""x"")","-1.5","a ""b"""\r\n`);
    expect(plainMoney(-1_500_000n)).toBe("-1.500000");
  });
});

describe("the period in the address", () => {
  it("is this month when nothing or nonsense is said", () => {
    const month = { period: "month", span: { from: "2026-11-01", to: "2026-11-30" }, zone: "tenant", compare: false };
    expect(params("")).toEqual(month);
    expect(params("period=aeon&from=2026-13-99&zone=moon")).toEqual(month);
  });

  it("is the whole week, month or year of the day named", () => {
    expect(params("period=week&from=2026-11-05").span).toEqual({ from: "2026-11-02", to: "2026-11-08" });
    expect(params("period=custom&from=2026-11-05&to=2026-11-07&compare=1")).toMatchObject({
      span: { from: "2026-11-05", to: "2026-11-07" },
      compare: true,
    });
    expect(params("period=custom&from=2026-11-08&to=2026-11-07").span.to).toBe("2026-11-07");
  });

  it("asks for UTC by name, and never for more than a report covers", () => {
    expect(reportInput("acme", params("period=day&zone=utc"))).toEqual({
      tenantSlug: "acme",
      period: "day",
      from: "2026-11-26",
      to: "2026-11-26",
      zone: "UTC",
    });
    expect(reportInput("acme", params("period=custom&from=2016-01-01&to=2026-11-07"))).toMatchObject({
      from: "2026-10-09",
      to: "2026-11-07",
    });
    expect(todayIn("Pacific/Auckland", new Date("2026-11-26T20:00:00Z"))).toBe("2026-11-27");
  });
});
