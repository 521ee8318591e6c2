import { describe, expect, test } from "vitest";

import { reading } from "@/test/support/deck-reading";

describe("damaged files", () => {
  test("a quotation mark that is never closed is an error with its line, not a lost rest", async () => {
    const { rows, problems } = await reading(
      'prefix,destination,rate\n49,Germany,0.01\n33,"France,0.02\n34,Spain,0.03\n',
    );
    expect(rows.map((row) => row.prefix)).not.toContain("34");
    expect(problems).toMatchObject([{ severity: "error", line: 4, reason: expect.stringContaining("quotation mark") }]);
  });

  test("short rows, empty rows and rows of nothing but commas", async () => {
    const { rows, problems } = await reading("prefix,destination,rate\n49,Germany,0.01\n\n,,\n33\n");
    expect(rows).toHaveLength(1);
    expect(problems).toMatchObject([{ line: 5, column: "rate" }]);
  });

  test("control characters do not get through, and names are cut to what fits", async () => {
    const { rows, problems } = await reading(
      `prefix,destination,rate\n49,"Ger\u001b[2J\u001fmany",0.01\n33,${"😀".repeat(130)},0.01\n`,
    );
    expect(rows[0]?.destination).toBe("Ger [2J many");
    expect(Array.from(rows[1]?.destination ?? "")).toHaveLength(120);
    expect(problems).toMatchObject([{ severity: "warning", line: 3 }]);
  });
});
