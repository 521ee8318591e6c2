import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

import { type CdrCompany, cdrCompany } from "@/test/support/cdr-company";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { jsonOf, runCli } from "./run-cli";

let db: TestDatabase;
let company: CdrCompany;
let folder: string;
beforeAll(async () => {
  db = await createDatabase();
  company = await cdrCompany(db);
  folder = await mkdtemp(path.join(tmpdir(), "ringfence-cdr-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await db.drop();
});

async function fileOf(name: string, content: string): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, content);
  return file;
}
/** The workers' part: the newest job waits in the outbox. */
async function work(): Promise<void> {
  let queued: { id: string } | undefined;
  const text = "SELECT i.id FROM cdr_import i JOIN task k ON k.id = i.task_id WHERE k.state = 'queued'";
  while (!queued) queued = (await db.owner.query<{ id: string }>(text)).rows[0];
  await company.files.run(queued.id);
}
const trail = () =>
  company.make.sql<{ action: string; actor: string }>(
    "SELECT action, actor_kind AS actor FROM audit_event WHERE action LIKE 'cdr.%' ORDER BY seq",
  );

test("sends a file, waits for the workers, tells what differs with money, and leaves the portal's trail", async () => {
  const [equal, longer] = [await company.talked(company.at(0), 60), await company.talked(company.at(100), 60)];
  const content = `${company.record(equal, 60)}rubbish\n${company.record(longer, 63)}=cmd\n`;
  const file = await fileOf("Master.csv", content);
  const errors = path.join(folder, "errors.csv");
  const running = jsonOf<Record<string, unknown>>(db.appUrl, [
    "cdr",
    "import",
    file,
    "--kind",
    "pbx",
    "--errors",
    errors,
  ]);
  await work();
  const value = await running;
  expect(value).toMatchObject({
    state: "done",
    file: "Master.csv",
    records: 2,
    matched: 2,
    problems: 2,
    found: { cdr_duration: { EUR: { count: 1, micros: "1500" } } },
  });
  expect(await company.listed()).toEqual([["cdr_duration", longer.id, "1500", "EUR"]]);
  expect(await readFile(errors, "utf8")).toBe(
    'line,column,name,reason\r\n2,0,,"has 1 columns, a record has 16 to 21"\r\n4,0,,"has 1 columns, a record has 16 to 21"\r\n',
  );
  expect(await trail()).toEqual(["cdr.import", "cdr.upload", "cdr.import"].map((action) => ({ action, actor: "cli" })));
  const again = runCli(db.appUrl, ["cdr", "import", file, "--kind", "pbx"]);
  await work();
  expect((await again).out, "no agreement, but nothing looked at").toMatch(/^Another file had all of its 2 records/);
  const [, listed] = await jsonOf<Record<string, unknown>[]>(db.appUrl, ["cdr", "list"]);
  expect(listed).toMatchObject({ import: value["import"], state: "done", problems: 2 });
  const forget = ["cdr", "forget", String(value["import"])];
  expect(await jsonOf(db.appUrl, forget)).toMatchObject({ records: 2 });
  expect(await company.listed()).toEqual([]);
  expect(await jsonOf(db.appUrl, forget), "again").toMatchObject({ records: 0 });
});

test("says on a terminal how far it is, and in words what it found; a trial keeps nothing", async () => {
  await company.fresh();
  const made = await company.talked(company.at(0), 60);
  const file = await fileOf("again.csv", company.record(made, 90));
  const running = runCli(db.appUrl, ["cdr", "import", file, "--kind", "pbx", "--dry-run"]);
  await work();
  const { code, out, err } = await running;
  expect(code).toBe(0);
  expect(out).toMatch(/^1 record, 1 of them calls of ours\. Nothing was kept\.\n1 × cdr_duration: €0\.015$/m);
  expect(err).toMatch(/sending 100 %/);
  expect(await company.make.sql("SELECT FROM cdr_row")).toEqual([]);
});

test("a job that fails is exit 1 with its reason", async () => {
  const file = await fileOf("odd.csv", "Datum;Ziel\n1;2\n");
  const running = runCli(db.appUrl, ["cdr", "import", file, "--kind", "carrier", "--source", "wholesale", "--json"]);
  await work();
  const { code, out } = await running;
  expect(code).toBe(1);
  expect(JSON.parse(out)).toMatchObject({ state: "failed", error: expect.stringMatching(/names no column for/) });
});

test.each([
  ["a file that is not there", () => ["/nonexistent.csv", "--kind", "pbx"]],
  ["an empty file", async () => [await fileOf("empty.csv", ""), "--kind", "pbx"]],
  ["a kind that is none", async () => [await fileOf("x.csv", "x"), "--kind", "tape"]],
  ["a carrier without a name", async () => [await fileOf("x.csv", "x"), "--kind", "carrier"]],
  ["a zone that is none", async () => [await fileOf("x.csv", "x"), "--kind", "pbx", "--time-zone", "Mars/Base"]],
  ["a tolerance that is none", async () => [await fileOf("x.csv", "x"), "--kind", "pbx", "--tolerance", "soon"]],
])("refuses %s, and sends nothing", async (_, words) => {
  const before = await company.make.sql("SELECT FROM cdr_import");
  await expect(jsonOf(db.appUrl, ["cdr", "import", ...(await words())])).rejects.toThrow('"code":"invalid_input"');
  expect(await company.make.sql("SELECT FROM cdr_import")).toHaveLength(before.length);
});
