import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

import { findCommand } from "@/server/cli/registry";
import { banFile, banFileNames, type HeldBan } from "@/server/domain/bans/ban-files.rules";

const at = (text: string) => new Date(`2027-01-02T${text}Z`);
const bans: readonly HeldBan[] = [
  {
    network: "198.51.100.0/24",
    scope: "sip",
    reason: "Scan\n\u00e9",
    createdAt: at("03:05:00"),
    expiresAt: at("03:10:00"),
    timesBefore: 0,
  },
  {
    network: "192.0.2.7",
    scope: "sip",
    reason: "5 failed sign-ins",
    createdAt: at("03:00:00"),
    expiresAt: at("03:06:00.2"),
    timesBefore: 2,
  },
  {
    network: "2001:db8::/64",
    scope: "web",
    reason: "x",
    createdAt: at("03:01:00"),
    expiresAt: at("04:00:00"),
    timesBefore: 0,
  },
];
const file = (format: Parameters<typeof banFile>[0], of = bans) =>
  banFile(format, of, at("03:06:00"), { sip: 5060, web: 3000 });

test("the plain list has one ban a line with its end, whatever somebody wrote as a reason", () => {
  expect(file("plain").split("\n")).toEqual([
    "198.51.100.0/24\tsip\t2027-01-02T03:10:00Z\tScan??",
    "192.0.2.7\tsip\t2027-01-02T03:06:00Z\t5 failed sign-ins",
    "2001:db8::/64\tweb\t2027-01-02T04:00:00Z\tx",
    "",
  ]);
});

test("fail2ban reads a log in the order of time", () => {
  expect(file("fail2ban").split("\n").slice(0, 2)).toEqual([
    "2027-01-02 03:00:00 ringfence ban sip 192.0.2.7 until 2027-01-02T03:06:00Z times 3",
    "2027-01-02 03:01:00 ringfence ban web 2001:db8::/64 until 2027-01-02T04:00:00Z times 1",
  ]);
});

test("nftables gets a table of its own whose elements end by themselves", () => {
  const text = file("nftables");
  expect(text).toContain("192.0.2.7 timeout 1s,\n      198.51.100.0/24 timeout 240s\n");
  expect(text).toMatch(
    /set web6 \{\n {4}type ipv6_addr\n {4}flags interval, timeout\n {4}elements = \{\n {6}2001:db8::\/64 timeout 3240s\n/,
  );
  expect(text).toMatch(/^# .*\ntable inet ringfence\ndelete table inet ringfence\ntable inet ringfence \{/);
  expect(text).toContain("tcp dport { 80, 443, 3000 } drop");
  expect(file("nftables", [])).not.toContain("elements");
});

/** A setting of one of the files for fail2ban, "%%" read as its own files mean it. */
function settingOf(file: string, name: string): string {
  const text = readFileSync(`docs/fail2ban/${file}/ringfence.conf`, "utf8");
  return (new RegExp(`^${name} = (.*)$`, "m").exec(text)?.[1] ?? "").replaceAll("%%", "%");
}

/**
 * The filter, evaluated as fail2ban does it: the moment is found by datepattern and cut out, then failregex is searched in what
 * is left, with its own expression for SUBNET. fail2ban itself reads a log in test/pbx/ban-files.test.ts.
 */
function filtered(line: string): string | undefined {
  const date = settingOf("filter.d", "datepattern")
    .replace("%Y", "\\d{4}")
    .replaceAll(/%[mdHMS]/g, "\\d{2}");
  const [found] = new RegExp(date).exec(line) ?? [];
  if (found === undefined) return undefined;
  const subnet = "(?<net>(?:\\d{1,3}\\.){3}\\d{1,3}(?:/\\d+)?|[0-9a-fA-F:]*:[0-9a-fA-F:]*(?:/\\d+)?)";
  const rule = new RegExp(settingOf("filter.d", "failregex").replace("<SUBNET>", subnet));
  return rule.exec(line.replace(found, ""))?.groups?.["net"];
}

test("the filter for fail2ban reads each ban of the log that is really written, and nothing else", () => {
  const lines = file("fail2ban").trimEnd().split("\n");
  expect(lines.map(filtered)).toEqual(["192.0.2.7", "2001:db8::/64", "198.51.100.0/24"]);
  for (const line of [
    "2027-01-02 03:00:00 ringfence lift sip 192.0.2.7 until 2027-01-02T03:06:00Z times 3",
    "2027-01-02 03:00:00 x ringfence ban sip 192.0.2.7 until 2027-01-02T03:06:00Z times 3",
    "2027-01-02 03:00:00 ringfence ban sip 192.0.2.7 until 2027-01-02T03:06:00Z times 3 more",
    "ringfence ban sip 192.0.2.7 until 2027-01-02T03:06:00Z times 3",
    "",
  ]) {
    expect(filtered(line), line).toBeUndefined();
  }
});

test("the jail names the filter and the file that are there, and the action what the command line knows", async () => {
  expect(existsSync(`docs/fail2ban/filter.d/${settingOf("jail.d", "filter")}.conf`)).toBe(true);
  expect(settingOf("jail.d", "logpath").split("/").at(-1)).toBe(banFileNames.fail2ban);
  // One line is one ban.
  expect(settingOf("jail.d", "maxretry")).toBe("1");
  for (const name of ["actionban", "actionunban"]) {
    const [, words = ""] = /npx ringfence (.*)$/.exec(settingOf("action.d", name)) ?? [];
    const found = findCommand(words.split(" "));
    const { options } = (await found?.load()) ?? { options: {} };
    const given = [...words.matchAll(/--(\w+)/g)].map(([, option = ""]) => option);
    expect(given.length).toBeGreaterThan(0);
    expect(given.filter((option) => !(option in options))).toEqual([]);
  }
});
