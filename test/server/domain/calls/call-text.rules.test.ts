import { describe, expect, test } from "vitest";

import { readCallText } from "@/server/domain/calls/call-text.rules";

describe("what is typed above the list of calls", () => {
  test.each(["+49 (0)30 1234567", "0049 30 1234567", "030/123 45 67", "tel:+49301234567", "49301234567"])(
    "%s is the beginning of one number",
    (typed) => {
      expect(readCallText(typed, "DE").begins?.full).toContain("49301234567");
    },
  );

  test("and may have been dialled in another way than it is typed", () => {
    const dialled = ["0301234567", "301234567", "00493012345", "+493012345"];
    expect(readCallText("030 1234567", "DE").begins?.dialled).toContain(dialled[0]);
    expect(readCallText("030 12345", "DE").begins?.dialled).toEqual(expect.arrayContaining(dialled.slice(2)));
  });

  test.each(["101", "30123", "0001234567", "front door", "10.0.0.1"])("%s is a part of something", (typed) => {
    expect(readCallText(typed, "DE")).toMatchObject({ part: `%${typed}%` });
    expect(readCallText(typed, "DE").begins).toBeUndefined();
  });

  test("signs that mean something to LIKE do not", () => {
    expect(readCallText("50%_", "DE")).toEqual({ part: "%50\\%\\_%", digits: null });
  });
});
