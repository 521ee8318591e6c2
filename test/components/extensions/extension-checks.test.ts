import { describe, expect, it } from "vitest";

import { extensionChecks } from "@/components/extensions/extension-checks";
import { newExtensionSchema } from "@/server/domain/provisioning/extension.schema";

const accepts = (field: string, value: unknown): boolean =>
  newExtensionSchema.safeParse({ number: "101", displayName: "x", [field]: value }).success;

describe("the extension form", () => {
  it("refuses no number that the server takes, and takes none that it refuses", () => {
    for (const number of ["1", "10", "101", "999999", "1000000", "0101", "1a1", ""]) {
      expect([number, extensionChecks.number(number) === undefined]).toEqual([number, accepts("number", number)]);
    }
  });

  it("knows a caller ID when it sees one", () => {
    for (const callerId of ["+49 30 1234567", "+44 (20) 7946-0018", "12", "hello"]) {
      expect([callerId, extensionChecks.callerId(callerId) === undefined]).toEqual([
        callerId,
        accepts("callerId", callerId),
      ]);
    }
    expect(extensionChecks.callerId("")).toBeUndefined();
  });
});
