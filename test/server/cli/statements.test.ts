import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

import { createDatabase, type TestDatabase } from "@/test/support/database";
import { pastMovements } from "@/test/support/past-movements";
import { dayIn, eventful, statementDesk } from "@/test/support/statement-desk";
import { jsonOf, runCli } from "./run-cli";

let db: TestDatabase;
let on: Awaited<ReturnType<typeof statementDesk>>;
let folder: string;
type Made = { number: string; csvSha256: string; pdfSha256: string };
const cli = <Value = unknown>(...words: string[]) => jsonOf<Value>(db.appUrl, ["statement", ...words]);
const january = ["--from", "2026-01-01", "--to", "2026-01-31"];
beforeAll(async () => {
  db = await createDatabase();
  on = await statementDesk(db);
  await pastMovements(on, on.customer)(eventful);
  folder = await mkdtemp(join(tmpdir(), "statements-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await db.drop();
});

test("a statement is issued, listed by both sides, written to files and proven", async () => {
  const made = await cli<Made>("create", "--tenant", "acme", ...january);
  expect(made).toMatchObject({ kind: "range", closingMicros: "99985125", repeated: false, tenant: "acme" });
  expect(await cli("create", "--tenant", "acme", ...january)).toMatchObject({ number: made.number, repeated: true });
  const own = await cli("list", "--tenant", "acme");
  expect(own).toMatchObject([{ number: made.number, tenant: "acme", lines: "5", ready: true }]);
  expect(await cli("list", "--tenant", "reseller", "--sold")).toEqual(own);
  expect(await cli("list", "--tenant", "reseller")).toEqual([]);
  for (const [format, sum] of [
    ["pdf", made.pdfSha256],
    ["csv", made.csvSha256],
  ] as const) {
    const out = join(folder, `statement.${format}`);
    await cli("get", made.number, "--format", format, "--out", out);
    expect(
      createHash("sha256")
        .update(await readFile(out))
        .digest("hex"),
    ).toBe(sum);
    // A file that is there stays.
    await expect(cli("get", made.number, "--format", format, "--out", out)).rejects.toThrow("invalid_input");
  }
  const verified = { number: made.number, content: true, csv: true, pdf: true, remade: true };
  expect(await cli("verify", made.number)).toEqual(verified);
  await on.sql("UPDATE statement SET closing_micros = closing_micros + 1 WHERE number = $1", [made.number]);
  const { code, out } = await runCli(db.appUrl, ["statement", "verify", made.number]);
  expect([code, out]).toEqual([1, expect.stringContaining("differs: content, csv")]);
});

test("it is mailed to owners, and its details are set for those to come", async () => {
  const { number } = await cli<Made>("create", "--tenant", "acme", "--from", "2026-01-01", "--to", "2026-01-02");
  expect(await cli("send", number)).toEqual({ number, tenant: "acme", mailed: 1 });
  await expect(cli("send", number)).rejects.toThrow("invalid_state");
  const details = { tenant: "acme", address: "Quay 1\n20457 Hamburg", vatId: "" };
  expect(await cli("details", "--tenant", "acme", "--address", "Quay 1, 20457 Hamburg")).toEqual(details);
  expect(await cli("details", "--tenant", "acme", "--vat-id", "DE1")).toEqual({ ...details, vatId: "DE1" });
  expect(await cli("details", "--tenant", "acme")).toEqual({ ...details, vatId: "DE1" });
  const trail = await on.sql<{ action: string }>(
    "SELECT action FROM audit_event WHERE actor_kind = 'cli' AND action LIKE ANY (ARRAY['statement.%', 'billing.set_details']) GROUP BY 1 ORDER BY 1",
  );
  expect(trail.map(({ action }) => action)).toEqual([
    "billing.set_details",
    "statement.issue",
    "statement.seal",
    "statement.send",
  ]);
});

test.each([
  ["a number that nobody gave", "not_found", ["get", "2026-999999"]],
  ["no number at all", "invalid_input", ["get", "last"]],
  ["days that are not over", "invalid_state", ["create", "--tenant", "acme", "--from", dayIn(-5), "--to", dayIn(1)]],
  [
    "a day of no calendar",
    "invalid_input",
    ["create", "--tenant", "acme", "--from", "2026-02-30", "--to", "2026-03-01"],
  ],
  ["the operator, to whom nobody sells", "invalid_state", ["create", "--tenant", "operator", ...january]],
])("refuses %s", async (_, code, words) => {
  await expect(cli(...words)).rejects.toThrow(`"code":"${code}"`);
});
