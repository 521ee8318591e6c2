import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

import { callDesk } from "@/test/support/call-desk";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { type Stage, stage } from "@/test/support/stage";
import { jsonOf, runCli } from "./run-cli";

const folder = mkdtempSync(path.join(tmpdir(), "subjects-"));
let db: TestDatabase;
let on: Stage;
let endpoint: string;
beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
  endpoint = (await on.phone(on.customer, "301")).endpoint;
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await db.drop();
});

type Line = Record<string, unknown> & { section: string };
const linesOf = (file: string): Line[] =>
  readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Line);

test("everything about a number is written once, with why it is kept; the trail names it by a token", async () => {
  const desk = callDesk(db.pool);
  for (const [call, e164] of [
    ["pbx1-1.1", "493012345678"],
    ["pbx1-1.2", "493099999999"],
  ] as const) {
    await desk.authorise({ call, endpoint, e164 });
    await desk.answered(call);
    await desk.settle(call, 61_000);
  }
  await on.sql("UPDATE extension SET caller_id = '493012345678'");
  const file = path.join(folder, "number.jsonl");
  const { kept } = await jsonOf<{ kept: { section: string; rows: number }[] }>(db.appUrl, [
    "subject",
    "export",
    "--number",
    "+49 30 12345678",
    "--out",
    file,
  ]);
  expect(kept.map(({ section, rows }) => `${section} ${rows}`)).toEqual(
    expect.arrayContaining(["call 1", "caller ID 1"]),
  );
  const lines = linesOf(file);
  expect(lines.filter(({ section }) => section === "call")).toMatchObject([
    { tenant: on.customer.slug, to_e164: "493012345678" },
  ]);
  for (const { memo } of lines.filter(({ section }) => section === "ledger"))
    expect(memo).toBe("Call to +493012345678");
  expect(lines.filter(({ section }) => section === "kept").map(({ of }) => of)).toEqual(
    kept.map(({ section }) => section),
  );
  expect(readFileSync(file, "utf8")).not.toContain("99999999");
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const [event] = await on.sql<{ subject: string }>("SELECT subject FROM audit_event WHERE action = 'subject.export'");
  expect(event?.subject).toMatch(/^number:~49-[0-9a-f]{16}$/);
});

test("everything about a person is theirs alone: seats, sessions, mails, what they did", async () => {
  const [person] = await on.sql<{ id: string; email: string }>(
    "SELECT p.id, p.email FROM person p JOIN seat s ON s.user_id = p.id LIMIT 1",
  );
  await on.sql("INSERT INTO session (user_id, expires_at, address) VALUES ($1, now(), '203.0.113.7')", [person?.id]);
  await on.sql(
    "INSERT INTO mail (tenant_id, recipient, subject, body) SELECT $1, r, 'Hello', 'x' FROM unnest(ARRAY[$2, 'other@example.com']) r",
    [on.customer.tenantId, person?.email],
  );
  await on.sql(
    "INSERT INTO saved_list (tenant_id, person_id, page, name, query, says) VALUES ($1, $2, 'calls', 'Mine', 'q=1', 'Mine')",
    [on.customer.tenantId, person?.id],
  );
  const file = path.join(folder, "person.jsonl");
  await jsonOf(db.appUrl, ["subject", "export", "--person", (person?.email ?? "").toUpperCase(), "--out", file]);
  const lines = linesOf(file);
  expect(lines.find(({ section }) => section === "person")).toMatchObject({ id: person?.id });
  expect(lines.filter(({ section }) => section === "session")).toMatchObject([{ address: "203.0.113.7" }]);
  expect(lines.filter(({ section }) => section === "mail")).toMatchObject([{ recipient: person?.email }]);
  expect(lines.filter(({ section }) => section === "saved list")).toMatchObject([{ tenant: "acme", name: "Mine" }]);
  expect(readFileSync(file, "utf8")).not.toContain("other@example.com");
});

test("half a question, a number that is none, a stranger and a file that is there are told", async () => {
  const refusal = async (...words: string[]) =>
    (
      JSON.parse((await runCli(db.appUrl, ["subject", "export", ...words, "--json"])).out) as {
        error: { code: string };
      }
    ).error.code;
  const out = ["--out", path.join(folder, "new.jsonl")];
  expect(await refusal(...out)).toBe("invalid_input");
  expect(await refusal(...out, "--number", "12345")).toBe("invalid_input");
  expect(await refusal(...out, "--person", "nobody@example.com")).toBe("not_found");
  expect(await refusal("--out", path.join(folder, "number.jsonl"), "--number", "+493012345678")).toBe("invalid_input");
});
