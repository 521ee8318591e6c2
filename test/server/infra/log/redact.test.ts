import { Writable } from "node:stream";

import { expect, test } from "vitest";

import { createLogger } from "@/server/infra/log/logger";
import { REDACTED, redact } from "@/server/infra/log/redact";

function lines() {
  const written: string[] = [];
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      written.push(chunk.toString());
      done();
    },
  });
  return { written, log: createLogger({ name: "test", level: "debug", destination }) };
}

test.each([
  "secret",
  "password",
  "authsecret",
  "md5secret",
  "token",
  "apikey",
  "auth_token",
  "session_id",
  "Authorization",
])("a field called %s never shows its value, at any depth", (name) => {
  const { written, log } = lines();
  log.info({ [name]: "hush-hush", deep: { list: [{ [name]: "hush-hush" }] } }, "something happened");
  log.child({ [name]: "hush-hush" }).warn("again");
  expect(written.join("")).not.toContain("hush-hush");
  expect(written.join("").split(REDACTED).length - 1).toBe(3);
});

test("longer names that end so count too", () => {
  expect(redact({ pbxSecret: "a", amiReadSecret: "b", newPassword: "c", "x-api-key": "d" })).toEqual({
    pbxSecret: REDACTED,
    amiReadSecret: REDACTED,
    newPassword: REDACTED,
    "x-api-key": REDACTED,
  });
});

test("credentials inside text are hidden: in a message, an error and its stack", () => {
  const { written, log } = lines();
  log.error(
    { error: new Error("connect postgres://app:hush-hush@127.0.0.1/db failed") },
    "postgres://app:hush-hush@h/db",
  );
  log.error(new Error("Bearer hush-hush-hush"));
  expect(written.join("")).not.toContain("hush-hush");
  expect(written.join("")).toContain("127.0.0.1/db");
});

test("numbers, dates, big integers and circles survive", () => {
  const at = new Date(0);
  const circle: Record<string, unknown> = { n: 1, big: 12n, at };
  circle["self"] = circle;
  expect(redact({ n: 1, big: 12n, at })).toEqual({ n: 1, big: "12", at });
  expect(() => redact(circle)).not.toThrow();
});
