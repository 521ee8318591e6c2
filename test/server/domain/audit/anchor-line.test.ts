import { describe, expect, test } from "vitest";

import { anchorLine, readAnchor } from "@/server/domain/audit/anchor-line";
import type { TenantId } from "@/server/kernel/ids";

const tenantId = "0191d7a0-0000-7000-8000-000000000001" as TenantId;
const hash = "ab".repeat(32);

describe("a line of anchors", () => {
  test("is read as it was written, for numbers beyond what JSON keeps too", () => {
    const anchor = { tenantId, seq: 9_007_199_254_740_993n, hash };
    expect(readAnchor(anchorLine(anchor, new Date(0)))).toEqual(anchor);
  });

  test("is also what a line of the copied trail holds", () => {
    const copied = JSON.stringify({
      tenant_id: tenantId,
      seq: "7",
      action: "tenant.create",
      hash,
      previous_hash: hash,
    });
    expect(readAnchor(copied)).toEqual({ tenantId, seq: 7n, hash });
  });

  test.each([
    ["cut short by a crash", anchorLine({ tenantId, seq: 1n, hash }, new Date(0)).slice(0, 40)],
    ["of something else", JSON.stringify({ tenant_id: tenantId, seq: 1 })],
    ["with a hash that is none", JSON.stringify({ tenant_id: tenantId, seq: 1, hash: "xyz" })],
    ["with a number that is none", JSON.stringify({ tenant_id: tenantId, seq: "1; DROP TABLE", hash })],
    ["not JSON", "hello"],
  ])("%s is none", (_what, line) => {
    expect(readAnchor(line)).toBeUndefined();
  });
});
