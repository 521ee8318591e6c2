import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";

import { createDatabase, type TestDatabase } from "@/test/support/database";
import { type Stage, stage } from "@/test/support/stage";

let db: TestDatabase;
let on: Stage;
beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
});
afterAll(() => db.drop());

const here = { tenantSlug: "operator" };
const file = { format: "carrier", source: "wholesale", fileName: "march.csv", bytes: 40, parts: 1 } as const;

test("a file is sent in parts, started as a long job, and taken out again", async () => {
  const { cdrImports, tasks } = on.as("operator");
  const { id: importId } = await cdrImports.create({ ...here, ...file });
  const data = gzipSync("start,to,duration\n").toString("base64");
  await cdrImports.addPart({ ...here, importId, part: 0, data });
  const { taskId } = await cdrImports.start({ ...here, importId, parts: 1 });
  expect(await tasks.get({ ...here, taskId })).toMatchObject({ kind: "cdr.import", state: "queued" });
  expect((await cdrImports.list(here)).items.map(({ id }) => id)).toEqual([importId]);
  expect(await cdrImports.get({ ...here, importId })).toMatchObject({ fileName: "march.csv", source: "wholesale" });
  expect((await cdrImports.problems({ ...here, importId })).items).toEqual([]);
});

test("what carriers charge is the operator's alone", async () => {
  const { id: importId } = await on.as("operator").cdrImports.create({ ...here, ...file });
  for (const who of ["reseller", "customer"] as const) {
    const tenantSlug = who === "customer" ? "acme" : "reseller";
    await expect(on.as(who).cdrImports.list({ tenantSlug })).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(on.as(who).cdrImports.get({ tenantSlug, importId })).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(on.as(who).cdrImports.get({ ...here, importId })).rejects.toMatchObject({ code: "NOT_FOUND" });
  }
});
