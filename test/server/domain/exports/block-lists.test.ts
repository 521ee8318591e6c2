import { afterAll, beforeAll, expect, test } from "vitest";

import { placeBan } from "@/server/domain/bans/bans";
import { blockNumber } from "@/server/domain/blocks/number-blocks";
import type { ExportKind } from "@/server/domain/exports/export.schema";
import { exportWords } from "@/server/domain/exports/export.schema";
import { type Asked, type Batch, exportSources, type Source } from "@/server/domain/exports/sources";
import { readTenant } from "@/server/infra/db/read-tenant";
import type { TenantId } from "@/server/kernel/ids";
import { type ContainedStage, containedStage } from "@/test/support/contained";
import { createDatabase, type TestDatabase } from "@/test/support/database";

let db: TestDatabase;
let on: ContainedStage;
beforeAll(async () => {
  db = await createDatabase();
  on = await containedStage(db);
});
afterAll(() => db.drop());

/** A file as the workers read it, batch by batch: each line by the names of its columns. */
async function linesOf(what: ExportKind, tenantId: TenantId, limit = 2) {
  const source = exportSources[what] as Source<ExportKind>;
  const asked = { tenantId, filter: {}, asOf: new Date(), bound: 0n } as Asked<ExportKind>;
  const lines: Record<string, unknown>[] = [];
  for (let after: string | null = null, first = true; first || after !== null; first = false) {
    const from: string | null = after;
    const batch: Batch = await readTenant(db.app, { tenantId }, (tx) => source.next(tx, asked, from, limit));
    for (const row of batch.rows) {
      expect(row).toHaveLength(exportWords[what].columns.length);
      lines.push(Object.fromEntries(exportWords[what].columns.map(({ key }, at) => [key, row[at]])));
    }
    after = batch.after;
  }
  return lines;
}

test("numbers that are blocked here are in the file, those above and below are not", async () => {
  const block = (digits: string, exact: boolean, tenantId: TenantId) =>
    on.write((tx) => blockNumber(tx, tenantId, { digits, exact, note: `=of ${digits}`, by: "cli:test" }), tenantId);
  await block("881", false, on.customerId);
  await block("4930123456", true, on.customerId);
  await block("252", false, on.desk);
  expect(await linesOf("number_blocks", on.customerId)).toMatchObject([
    { number: "+4930123456", blocks: "number", why: "=of 4930123456" },
    { number: "+881", blocks: "all that begin so" },
  ]);
  expect(await linesOf("number_blocks", on.desk)).toMatchObject([{ number: "+252" }]);
});

test("every number of every hot list is in the file once, those of a reading that does not hold yet are not", async () => {
  const list = async (name: string, enabled: boolean, digits: readonly string[]) => {
    const { id } = await on.one<{ id: string }>(
      "INSERT INTO hot_list (tenant_id, name, enabled, generation) VALUES ($1, $2, $3, 2) RETURNING id",
      [on.customerId, name, enabled],
    );
    const add = (generation: number, numbers: readonly string[]) =>
      on.sql("INSERT INTO hot_number SELECT $1, $2, $3, unnest($4::text[]), true", [
        ...[on.customerId, id, generation, numbers],
      ]);
    await add(2, digits);
    await add(3, ["999"]);
  };
  await list("One", true, ["1", "2", "3"]);
  await list("Two", false, ["2", "4"]);
  const lines = await linesOf("hot_lists", on.customerId);
  expect(lines.map(({ list: of, number, holds }) => `${of} ${number} ${holds}`).toSorted()).toEqual([
    ...["One +1 yes", "One +2 yes", "One +3 yes", "Two +2 no", "Two +4 no"],
  ]);
  expect(await linesOf("hot_lists", on.desk)).toEqual([]);
});

test("bans are in the file with who placed them and how they ended, at the operator alone", async () => {
  const ban = { reason: "Looked at", source: { kind: "person", id: on.me.userId } } as const;
  await on.write((tx) => placeBan(tx, { ...ban, network: "203.0.113.9", scope: "sip" }));
  const { id } = await on.write((tx) => placeBan(tx, { ...ban, network: "203.0.113.10", scope: "web" }));
  await on.sql("UPDATE ban SET lifted_at = now(), lifted_by = 'test' WHERE id = $1", [id]);
  const lines = await linesOf("bans", on.desk);
  expect(lines).toMatchObject([
    { network: "203.0.113.9", scope: "sip", state: "active", why: "Looked at", source: "person", lifted_at: null },
    { network: "203.0.113.10", scope: "web", state: "lifted", hits: 0, ban_id: id },
  ]);
  expect(await linesOf("bans", on.customerId)).toEqual([]);
});

test("each ban is in the file once, however short a batch is and though many were placed at one moment", async () => {
  const networks = [1, 2, 3, 4, 5].map((n) => `203.0.113.${100 + n}`);
  await on.sql(
    `INSERT INTO ban (tenant_id, network, scope, reason, source, source_id, created_at, expires_at)
     SELECT $1, n::inet, 'sip', 'Many', 'automatic', '', date_trunc('day', now()) - interval '1 day 1 microsecond', now() FROM unnest($2::text[]) n`,
    [on.desk, networks],
  );
  for (const limit of [1, 2, 5]) {
    const lines = (await linesOf("bans", on.desk, limit)).filter(({ why }) => why === "Many");
    expect(lines.map(({ network }) => network).toSorted()).toEqual(networks);
  }
});
