import { describe, expect, it } from "vitest";

import { dayText, momentText, timeText, zoneText } from "@/components/ui/clock-text";

const at = new Date("2026-11-21T23:30:05Z");
const zone = "Europe/Berlin";

describe("times on the tenant's clock", () => {
  it("are those of its zone, not of the reader's", () => {
    expect(timeText(at, zone)).toBe("00:30:05");
    expect(dayText(at, zone, at)).toBe("22 Nov");
    expect(timeText(at, "America/New_York")).toBe("18:30:05");
  });

  it("carry the day only when it is another one, and the year only when it is another one", () => {
    expect(momentText(at, zone, new Date("2026-11-22T10:00:00Z"))).toBe("00:30:05");
    expect(momentText(at, zone, new Date("2026-11-23T10:00:00Z"))).toBe("22 Nov 00:30");
    expect(momentText(at, zone, new Date("2027-01-01T10:00:00Z"))).toBe("22 Nov 2026 00:30");
  });

  it("name the zone as it is at that time of year", () => {
    expect(zoneText(zone, at)).toBe("CET");
    expect(zoneText(zone, new Date("2026-07-01T00:00:00Z"))).toBe("CEST");
  });
});
