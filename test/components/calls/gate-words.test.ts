import { describe, expect, it } from "vitest";

import { gateLabel, gateMeasure } from "@/components/calls/gate-words";

const gate = (name: string, ok: boolean, value: string, limit: string) => gateMeasure({ gate: name, ok, value, limit });

describe("the decision trace in words", () => {
  it("says how much of what was allowed", () => {
    expect(gate("calls per minute", true, "3", "60")).toBe("3 of 60");
    expect(gate("daily cap", false, "€50.00", "€50.00")).toBe("€50.00 of €50.00");
    expect(gate("daily cap", true, "", "none")).toBe("none set");
    expect(gate("money", false, "€0.00", "€0.0125")).toBe("€0.00 available, €0.0125 needed");
  });

  it("says nothing twice", () => {
    expect(gate("tenant", true, "active", "active")).toBe("active");
    expect(gate("price", true, "4420", "Retail")).toBe("prefix 4420 in Retail");
    expect(gate("price", false, "4420", "no rate")).toBe("no rate for 4420");
  });

  it("shows a gate that is new by its own name", () => {
    expect(gateLabel("country")).toBe("Country open");
    expect(gateLabel("allowed hours")).toBe("Allowed hours");
  });
});
