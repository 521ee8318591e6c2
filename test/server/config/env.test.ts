import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

import { EnvironmentError, readEnv, variableNames } from "@/server/config/env";

const least = { DATABASE_URL: "postgres://ringfence:pw@127.0.0.1:5432/ringfence", AUTH_SECRET: "a".repeat(32) };
const pbx = { AMI_HOST: "pbx.test", PBX_SECRET: "p".repeat(24), AMI_USERNAME: "portal", AMI_SECRET: "s".repeat(16) };

const messageOf = (source: Record<string, string>): string => {
  try {
    readEnv(source);
  } catch (error) {
    if (error instanceof EnvironmentError) return error.message;
    throw error;
  }
  return "";
};

describe("readEnv", () => {
  test("fills in defaults that depend on other variables", () => {
    const env = readEnv({ ...least, PORT: "8080", SIP_BIND: "192.0.2.7", DATA_DIR: "/srv/ringfence" });
    expect(env).toMatchObject({
      PORT: 8080,
      APP_URL: "http://127.0.0.1:8080",
      SIP_DOMAIN: "192.0.2.7",
      PBX: "none",
      RINGFENCE_CACHE: "/srv/ringfence/cache",
      DEMO_TRAFFIC: "off",
      SECURITY_EVENT_RETENTION_DAYS: 90,
    });
  });

  test("relays are a list, and one that asks for a password needs the secret that makes it", () => {
    const both = "turn:relay.example:3478?transport=udp,turns:[2001:db8::1]:443";
    const TURN_SECRET = "t".repeat(16);
    expect(readEnv({ ...least, TURN_URLS: both, TURN_SECRET }).TURN_URLS).toEqual(both.split(","));
    expect(messageOf({ ...least, TURN_URLS: both })).toContain("TURN_SECRET: is required");
    expect(messageOf({ ...least, TURN_URLS: "stun:relay.example" })).toBe("");
    expect(messageOf({ ...least, TURN_URLS: "https://relay.example", TURN_SECRET })).toContain("TURN_URLS: must be");
  });

  test("an empty variable counts as not set", () => {
    expect(readEnv({ ...least, REDIS_URL: "", PORT: "" })).toMatchObject({ PORT: 3000 });
    expect(readEnv({ ...least, REDIS_URL: "" })).not.toHaveProperty("REDIS_URL");
  });

  test("one pair of manager credentials serves for both users", () => {
    expect(readEnv({ ...least, ...pbx, AMI_ACT_USERNAME: "actor", AMI_ACT_SECRET: "x".repeat(16) })).toMatchObject({
      PBX: "external",
      AMI_READ_USERNAME: "portal",
      AMI_READ_SECRET: "s".repeat(16),
      AMI_ACT_USERNAME: "actor",
      AMI_ACT_SECRET: "x".repeat(16),
    });
  });

  test("reports every problem together, by name, without its value", () => {
    const message = messageOf({
      AUTH_SECRET: "hunter2",
      DATABASE_URL: "mysql://root:topsecret@db/x",
      PORT: "70000",
      PBX: "external",
      CARRIER_URI: "sip:host;transport=tcp",
      SIP_BIND: "127.0.0.1\nbind=0.0.0.0",
    });
    for (const name of ["AUTH_SECRET", "DATABASE_URL", "PORT", "CARRIER_URI", "SIP_BIND", "AMI_HOST", "PBX_SECRET"]) {
      expect(message).toContain(`  ${name}: `);
    }
    expect(message).not.toMatch(/hunter2|topsecret|70000|0\.0\.0\.0/);
  });

  test("names what is missing", () => {
    expect(messageOf({})).toContain("DATABASE_URL: is required");
    expect(messageOf({ ...least, AMI_HOST: "pbx.test" })).toContain("AMI_ACT_SECRET: is required with PBX=external");
    expect(messageOf({ ...least, ASTERISK_RTP_START: "30000" })).toContain("ASTERISK_RTP_END: must be above");
  });
});

test(".env.example explains every variable and no other", () => {
  const text = readFileSync(".env.example", "utf8");
  const listed = [...text.matchAll(/^#?([A-Z][A-Z_]+)=/gm)].map((match) => match[1]);
  expect([...listed].sort()).toEqual([...variableNames].sort());
  const isVariable = (line: string) => /^#?[A-Z][A-Z_]+=/.test(line);
  const unexplained = text
    .split("\n")
    .filter((line, at, all) => isVariable(line) && !/^#?[A-Z# ]/.test(all[at - 1] ?? ""));
  expect(unexplained).toEqual([]);
});
