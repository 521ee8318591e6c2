import { describe, expect, test } from "vitest";

import { dayEnd, nextYear } from "@/components/vouchers/voucher-day";

describe("the day a voucher ends", () => {
  test("is its last second in UTC", () => {
    expect(dayEnd("2027-12-31")?.toISOString()).toBe("2027-12-31T23:59:59.000Z");
  });

  test.each(["", "31.12.2027", "2027-13-01", "2027-12-31T00:00"])("%j is no day", (text) => {
    expect(dayEnd(text)).toBeUndefined();
  });

  test("is offered a year on, also from a leap day", () => {
    expect(nextYear(new Date("2027-03-05T12:00:00Z"))).toBe("2028-03-05");
    expect(nextYear(new Date("2028-02-29T12:00:00Z"))).toBe("2029-03-01");
  });
});
