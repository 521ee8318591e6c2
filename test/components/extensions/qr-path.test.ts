import { create } from "qrcode";
import { describe, expect, it } from "vitest";

import { qrPath } from "@/components/extensions/qr-path";

describe("the drawing of a QR code", () => {
  it("joins the dark modules of a row", () => {
    expect(qrPath(3, (row, column) => row === 0 || column === 1)).toBe("M0 0h3v1h-3zM1 1h1v1h-1zM1 2h1v1h-1z");
  });

  it("draws every dark module and no other", () => {
    const { modules } = create("ringfence", { errorCorrectionLevel: "L" });
    const path = qrPath(modules.size, (row, column) => Boolean(modules.get(row, column)));
    const drawn = [...path.matchAll(/h(\d+)v1/g)].reduce((sum, run) => sum + Number(run[1]), 0);
    expect(drawn).toBe([...modules.data].filter(Boolean).length);
  });
});
