import { expect, test } from "vitest";

import { leaveOutToo, letIn, readSecurityEventFilter } from "@/components/security-events/security-event-filter";
import { leftOut } from "@/server/domain/security-events/security-event-kinds.schema";

const read = (search: string) => readSecurityEventFilter(new URLSearchParams(search));

test("what is left out stands in the address, and is read from it as it was, whatever is in a name", () => {
  const strange = 'a b:c&d="é%20';
  const once = leaveOutToo({}, "account", strange);
  const twice = leaveOutToo(once, "type", "FailedACL");
  const search = new URLSearchParams({ not: twice.not ?? "" }).toString();
  expect(leftOut(read(search).not)).toEqual([
    { kind: "account", value: strange },
    { kind: "type", value: "FailedACL" },
  ]);
  let many: { not?: string | undefined } = {};
  for (let at = 0; at < 30; at += 1) many = leaveOutToo(many, "account", `${at} ${"é".repeat(40)}`);
  expect(many.not?.length).toBeLessThanOrEqual(2_000);
  expect(leftOut(many.not).at(-1)?.value).toMatch(/^29 /);
  // Once more is not twice.
  expect(leaveOutToo(twice, "account", strange).not?.split(" ")).toHaveLength(2);
  const less = letIn(twice, { kind: "account", value: strange });
  expect(less).toEqual({ not: "type:FailedACL", before: undefined });
  expect(letIn(less, { kind: "type", value: "FailedACL" }).not).toBeUndefined();
});

test("what was written wrongly into the address counts as not given", () => {
  expect(read("not=colour:red&since=yesterday&until=2027-01-01&transport=")).toEqual({});
  expect(read("not=type:x+address:%25")).toEqual({ not: "type:x" });
  expect(read(`not=${Array.from({ length: 30 }, (_, at) => `type:${at}`).join("+")}`).not?.split(" ")).toHaveLength(20);
  const moments = { since: "2027-01-01T00:00:00.000Z", until: "2027-01-01T01:00:00Z", transport: "TLS" };
  expect(read(new URLSearchParams(moments).toString())).toEqual(moments);
});
