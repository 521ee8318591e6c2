import { expect, test } from "vitest";

import { beginOf, begun, readBegin, ruleHref } from "@/components/rules/rule-begin";

const told = (href: string) => {
  const { pathname, searchParams } = new URL(href, "http://portal.example");
  return { pathname, open: searchParams.get("open"), begin: readBegin(searchParams.get("begin")) };
};

test("a rule that is made of a network bans who comes as often again, in as long a time as the page shows", () => {
  const network = { value: "203.0.113.0/24", events: 37 };
  const bar = { since: "2027-01-31T10:00:00.000Z", until: "2027-01-31T10:15:00.000Z", type: "InvalidPassword" };
  const begin = beginOf("address", network, bar);
  expect(begin).toEqual({ action: "ban", windowMinutes: 15, critical: 37 });
  expect(told(ruleHref("operator", begin ?? {}))).toEqual({
    ...{ pathname: "/t/operator/rules", open: "sip_failure.network", begin },
  });
  // Events of all kinds are more than the rule counts, and those of another kind are none of it.
  for (const type of [undefined, "MemoryLimit"]) {
    expect(beginOf("address", network, { ...bar, type })).toEqual({ action: "ban", windowMinutes: 15 });
  }
  // Of a bar of seconds it is a minute; of a bar of weeks, or of the newest there are, no time is known.
  expect(beginOf("address", network, { ...bar, until: "2027-01-31T10:00:05Z" })).toMatchObject({ windowMinutes: 1 });
  expect(beginOf("address", network, { ...bar, until: "2027-02-07T10:00:00Z" })).toEqual({ action: "ban" });
  expect(beginOf("address", network, {})).toEqual({ action: "ban" });
});

test("of a kind it is the rule that counts it, and of what no rule counts there is none", () => {
  expect(beginOf("type", { value: "InvalidPassword", events: 3 }, {})).toEqual({});
  expect(told(ruleHref("operator", {}))).toMatchObject({ open: "sip_failure.network", begin: {} });
  expect(beginOf("type", { value: "MemoryLimit", events: 3 }, {})).toBeUndefined();
  expect(beginOf("account", { value: "admin", events: 3 }, {})).toBeUndefined();
});

test("what was written wrongly into the address begins nothing", () => {
  expect(readBegin(null)).toEqual({});
  expect(readBegin("action:burn within:0 critical:-1 colour:red")).toEqual({});
  expect(readBegin("within:1441 critical:1e9 action")).toEqual({});
  expect(readBegin("critical:50 action:ban")).toEqual({ action: "ban", critical: 50 });
});

test("the form begins with what was pressed and keeps the rest of what was said, where the rule has such a thing", () => {
  const own = { mode: null, action: null, windowMinutes: null, warn: "7", critical: "50" };
  const row = { own, money: false, signal: "sip_failure", scope: "network" } as const;
  expect(begun(row, { action: "ban", windowMinutes: 15, critical: 37 })).toEqual({
    ...own,
    ...{ action: "ban", windowMinutes: 15, critical: "37" },
  });
  expect(begun(row, { action: "contain", critical: 50 })).toBe(own);
  expect(begun(row, {})).toBe(own);
  expect(begun({ ...row, money: true, signal: "spend", scope: "tenant" }, { action: "ban", critical: 37 })).toBe(own);
});
