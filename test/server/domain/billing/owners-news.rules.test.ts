import { describe, expect, test } from "vitest";

import { type News, newsMail } from "@/server/domain/billing/owners-news.rules";

const about = { tenantName: "Acme", balanceUrl: "https://portal.example/t/acme/balance" };
const news = (more: Partial<News>): News => ({
  kind: "low",
  availableMicros: 4_200_000n,
  levels: [{ level: 1, of: 1, levelMicros: 5_000_000n, belowDays: null }],
  next: null,
  amountMicros: 25_000_000n,
  monthlyMicros: 100_000_000n,
  note: "",
  currency: "EUR",
  ...more,
});

describe("what owners are told", () => {
  test("of low credit: how much is left, why they hear of it, and where to top up", () => {
    const { subject, text } = newsMail(news({}), about);
    expect(subject).toBe("Low balance, €4.20 left: Acme");
    expect(text).toContain("below €5.00");
    expect(text.endsWith(about.balanceUrl)).toBe(true);
    expect(text).toContain("No further mail comes");
    expect(text).not.toContain("Level");
    const days = (belowDays: number) => ({ levels: [{ level: 1, of: 1, levelMicros: 1n, belowDays }] });
    expect(newsMail(news(days(3)), about).text).toContain("less than 3 days");
    expect(newsMail(news(days(1)), about).text).toContain("less than one day");
  });

  test("of several levels: which were passed, and what comes next", () => {
    const passed = [
      { level: 1, of: 3, levelMicros: 20_000_000n, belowDays: null },
      { level: 2, of: 3, levelMicros: 7_000_000n, belowDays: 3 },
    ];
    const { text } = newsMail(news({ levels: passed, next: { belowMicros: 2_000_000n, belowDays: null } }), about);
    expect(text).toContain("Level 1 of 3: You asked to be told below €20.00.");
    expect(text).toContain("Level 2 of 3: You asked to be told when it lasts less than 3 days");
    expect(text).toContain("The next mail comes below €2.00.");
    const next = { belowMicros: null, belowDays: 2 };
    expect(newsMail(news({ levels: passed, next }), about).text).toContain("comes when it lasts less than 2 days");
  });

  test("of a pause: what the provider said last", () => {
    const { subject, text } = newsMail(news({ kind: "paused", note: "Your card was declined." }), about);
    expect(subject).toContain("paused");
    expect(text).toContain("Your card was declined.");
    expect(newsMail(news({ kind: "paused" }), about).text).toContain("was not charged");
  });

  test("of a reached maximum: what it is", () => {
    const { subject, text } = newsMail(news({ kind: "capped" }), about);
    expect(subject).toContain("maximum");
    expect(text).toContain("€100.00");
  });

  test("begins no header of its own, whatever a tenant is called", () => {
    const { subject } = newsMail(news({}), {
      ...about,
      tenantName: `A\r\nBcc: x@y.example\u2028${"long ".repeat(90)}`,
    });
    expect(subject).not.toMatch(/[\p{Cc}\p{Zl}]/u);
    expect(subject.length).toBeLessThanOrEqual(300);
  });
});
