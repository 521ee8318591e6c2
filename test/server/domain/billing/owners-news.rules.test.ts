import { describe, expect, test } from "vitest";

import { type News, newsMail } from "@/server/domain/billing/owners-news.rules";

const about = { tenantName: "Acme", balanceUrl: "https://portal.example/t/acme/balance" };
const news = (more: Partial<News>): News => ({
  kind: "low",
  availableMicros: 4_200_000n,
  levelMicros: 5_000_000n,
  belowDays: null,
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
    expect(newsMail(news({ belowDays: 3 }), about).text).toContain("less than 3 days");
    expect(newsMail(news({ belowDays: 1 }), about).text).toContain("less than one day");
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
