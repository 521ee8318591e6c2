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

  it("says of each cap what is left, or how far it is reached", () => {
    for (const cap of ["daily", "monthly", "call", "extension daily", "extension monthly", "extension call"]) {
      expect(gateLabel(`${cap} cap`)).toMatch(/^(Daily|Monthly) cap|^Cap per call/);
      expect(gate(`${cap} cap`, true, "", "€3.00")).toBe("€3.00 left");
      expect(gate(`${cap} cap`, false, "€50.00", "€50.00")).toBe("€50.00 of €50.00");
    }
    expect(gate("price per minute", true, "", "none")).toBe("no limit set");
    expect(gate("price per minute", true, "€0.0125", "€0.05")).toBe("€0.0125; at most €0.05");
    expect(gate("price per minute", false, "€1.20", "€0.05")).toBe("€1.20 is above €0.05");
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
