import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";

import { asteriskConfigFolder } from "@/server/embedded/packages";
import { carrierMatch, pbxValues, renderPbxConfig } from "@/server/embedded/pbx-config";

const settings = {
  pbxName: "pbx1",
  pbxSecret: "a-secret-of-the-pbx-and-nobody-else",
  callControlUrl: "http://127.0.0.1:3010",
  database: { host: "127.0.0.1", port: 5432, database: "ringfence", user: "asterisk", password: "db-password" },
  sipBind: "127.0.0.1",
  sipPort: 5060,
  sipDomain: "sip.example.com",
  sipWsPort: 8088,
  rtpStart: 20_000,
  rtpEnd: 21_999,
  amiPort: 5038,
  amiRead: { username: "ringfence-read", secret: "read-secret" },
  amiAct: { username: "ringfence-act", secret: "act-secret" },
  callPatience: 2,
  carrierQualify: 0,
  demoPorts: { out: 41_001, end: 41_002 },
};
const rendered = async (more: object = {}) => renderPbxConfig(pbxValues({ ...settings, ...more }, "/tree", "/run"));

describe("the rendered configuration", () => {
  test.each([{}, { carrierUri: "sip:127.0.0.1:5090" }])("leaves no name open (%j)", async (more) => {
    for (const [name, text] of Object.entries(await rendered(more))) {
      expect(text, name).not.toMatch(/@[A-Z][A-Z_]*@/);
    }
  });

  test("cuts a call a tenth of a second before the end of what was granted", async () => {
    const dialplan = (await rendered())["extensions.conf"] ?? "";
    const dollar = "$";
    expect(dialplan).toContain(`TIMEOUT(absolute))=${dollar}[${dollar}{ARG1} - 0.1]`);
  });

  test("ends at the demo's carrier, or at the trunk that is named", async () => {
    const demo = (await rendered())["pjsip.conf"] ?? "";
    expect(demo).toContain("contact = sip:127.0.0.1:41002");
    expect(demo).toContain("[demo-carrier-end]");
    const trunk = (await rendered({ carrierUri: "sip:127.0.0.1:5090" }))["pjsip.conf"] ?? "";
    expect(trunk).toContain("contact = sip:127.0.0.1:5090");
    expect(trunk).not.toContain("type = identify");
    expect(trunk).not.toContain("demo-carrier");
  });

  test("knows two managers on loopback with no more than they need", async () => {
    const text = (await rendered())["manager.conf"] ?? "";
    expect(text).toContain("bindaddr = 127.0.0.1");
    expect([...text.matchAll(/^(read|write) =(.*)$/gm)].map((m) => `${m[1]}:${m[2]?.trim()}`)).toEqual([
      "read:call,security,system,user,cdr",
      "write:",
      "read:",
      "write:call,reporting,originate",
    ]);
  });

  test("has a caller wait for call control as long as is said, and half of that until it is reached", async () => {
    expect((await rendered())["extensions.conf"]).toContain("RF_REACH_SECONDS = 1\nRF_ANSWER_SECONDS = 2\n");
    const patient = (await rendered({ callPatience: 9 }))["extensions.conf"];
    expect(patient).toContain("RF_REACH_SECONDS = 4\nRF_ANSWER_SECONDS = 9\n");
  });

  test.each([
    ["a line break", { pbxSecret: "secret\nwrite = all" }],
    ["a semicolon", { sipDomain: "a;b" }],
    ["a variable", { pbxName: "$(SHELL)" }],
    ["a comma", { pbxSecret: "one,two" }],
  ])("refuses %s in a value", async (_, more) => {
    await expect(rendered(more)).rejects.toThrow("holds a character");
  });

  test("every address of a real trunk has to have one", async () => {
    const { demoPorts } = settings;
    expect(await carrierMatch({ carrierUri: "sip:127.0.0.1:5090", demoPorts })).toBe("127.0.0.1:5090/32");
    expect(await carrierMatch({ demoPorts })).toBe("127.0.0.1:41002/32");
    await expect(carrierMatch({ carrierUri: "sip:no-such-host.invalid:5060", demoPorts })).rejects.toThrow(
      "has no address",
    );
  });
});

/** Reads the dialplan as a reviewer would: what a phone sends may only be filtered, encoded or counted. */
describe("the dialplan", () => {
  const text = readFileSync(path.join(asteriskConfigFolder, "extensions.conf"), "utf8");
  const lines = text.split("\n").filter((line) => line.trim() && !line.trimStart().startsWith(";"));

  test("never evaluates what a phone sent", () => {
    const sent = /\$\{(EXTEN|CALLERID\((?:num|name|all|dnid|rdnis)\))[^}]*\}/g;
    const harmless = /\$\{(?:URIENCODE|LEN|FILTER)\((?:[^${}]*,)?\$\{(?:EXTEN|CALLERID\(num\))(?::\d+:\d+)?\}\)/g;
    for (const line of lines) expect(line.replace(harmless, ""), line).not.toMatch(sent);
  });

  test("evaluates nothing twice, runs no program, reads no file", () => {
    for (const line of lines) {
      expect(line, line).not.toMatch(
        /\b(EVAL|SHELL|FILE|System|TrySystem|AGI|EAGI|DeadAGI|Exec|TryExec|Macro|STAT|ENV)\(/,
      );
    }
  });

  test("dials only what was checked", () => {
    const dials = lines.filter((line) => /\bDial\(/.test(line));
    expect(dials.length).toBeGreaterThan(0);
    for (const line of dials) {
      expect(line).toMatch(
        /Dial\((?:(?:PJSIP\/\$\{RF_TARGET_DIGITS\}@carrier|\$\{RF_PHONES\}),(?:60|180),iU\(ringfence-answered\^|\$\{RF_PHONES\},30,iG\(ringfence-tested\^s\^1\)\)$)/,
      );
    }
  });

  test("jumps only to labels and contexts that exist", () => {
    const contexts = new Set([...text.matchAll(/^\[([\w-]+)\]/gm)].map((match) => match[1]));
    for (const [, context] of text.matchAll(/(?:Goto|Gosub)\(([\w-]+),/g)) expect(contexts).toContain(context);
    const bodies = text.split(/^\[[\w-]+\]$/m);
    for (const body of bodies) {
      const labels = new Set([...body.matchAll(/n\(([a-z]\w*)\)/g)].map((match) => match[1]));
      for (const [, label = ""] of body.matchAll(/\?(\w+)\)$/gm)) expect(labels, body.slice(0, 80)).toContain(label);
    }
  });
});
