import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { change } from "@/server/domain/audit/change";
import { csvToGive, pdfToGive, sealStatement, verifyStatement } from "@/server/domain/statements/seal";
import { getStatement, issueStatement, listStatements } from "@/server/domain/statements/statements";
import { readTenant } from "@/server/infra/db/read-tenant";
import { writeTenant } from "@/server/infra/db/write-tenant";
import { bundled } from "@/test/support/bundled";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { pdfLines } from "@/test/support/pdf-text";
import { actor, dayIn, eventful, idOf, statementDesk } from "@/test/support/statement-desk";

let db: TestDatabase;
let on: Awaited<ReturnType<typeof statementDesk>>;
beforeAll(async () => {
  db = await createDatabase();
  on = await statementDesk(db);
});
afterAll(() => db.drop());

const whole = { content: true, csv: true, pdf: true, remade: true };

describe("the files", () => {
  test("are the same bytes on every machine: another process, zone and locale", async () => {
    const of = await on.newCustomer(eventful, "Europe/Berlin");
    const { id } = await on.issue(of, "2026-01-01", "2026-01-31");
    const { seal } = await sealStatement(db.app, { tenantId: idOf(of), actor }, id);
    const program = [await bundled("test/support/statement-sums.ts"), db.appUrl, of.tenantId, id];
    const env = { ...process.env, TZ: "Pacific/Auckland", LANG: "ar_EG.UTF-8", LC_ALL: "ar_EG.UTF-8" };
    const { stdout } = await promisify(execFile)(process.execPath, program, { env });
    expect(JSON.parse(stdout)).toEqual({ csv: seal.csvSha256, pdf: seal.pdfSha256 });
    expect(await verifyStatement(db.app, await on.reread(await on.issue(of, "2026-01-01", "2026-01-31")))).toEqual(
      whole,
    );
  });

  test("the document is in the language that the tenant had then, and is made again word for word when it has another", async () => {
    const of = await on.newCustomer(eventful);
    const speak = (language: string) =>
      on.sql("UPDATE tenant SET language = $2 WHERE id = $1", [of.tenantId, language]);
    await speak("de");
    const { id } = await on.issue(of, "2026-01-01", "2026-01-31");
    await speak("ar");
    await sealStatement(db.app, { tenantId: idOf(of), actor }, id);
    await speak("fr");
    const german = await on.reread(await on.issue(of, "2026-01-01", "2026-01-31"));
    const text = pdfLines(await pdfToGive(db.app, german)).map(({ ltr }) => ltr);
    expect(text.join("\n")).toMatch(/Kontoauszug[\s\S]*Summe der Bewegungen/);
    expect(text.some((line) => line.includes("Tax 19 % auf Anrufe"))).toBe(false);
    expect(text.some((line) => line.includes("Steuer 19 % auf Anrufe"))).toBe(true);
    expect(await verifyStatement(db.app, german)).toEqual(whole);
    const french = await on.issue(of, "2026-01-01", "2026-01-30");
    expect([german.language, french.language]).toEqual(["de", "fr"]);
  });

  test("the table is no way into a spreadsheet, and each line stays one", async () => {
    const of = await on.newCustomer(eventful);
    const statement = await on.issue(of, "2026-01-01", "2026-01-31");
    const csv = await on.csvText(statement);
    expect(csv).toContain(`"'=HYPERLINK(""http://evil.test"")"`);
    expect(csv).toContain(`"'+Credit, ""again"" for Żółw Ж"`);
    expect(csv.trim().split("\r\n")).toHaveLength(3 + Number(statement.lines));
    expect(csv.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
  });

  test("are not given out before they were sealed, nor when they would differ", async () => {
    const of = await on.newCustomer(eventful);
    const fresh = await on.issue(of, "2026-01-01", "2026-01-31");
    await expect(pdfToGive(db.app, fresh)).rejects.toMatchObject({ code: "invalid_state" });
    await sealStatement(db.app, { tenantId: idOf(of), actor }, fresh.id);
    const sealed = await on.reread(fresh);
    const pdf = await pdfToGive(db.app, sealed);
    expect(createHash("sha256").update(pdf).digest("hex")).toBe(sealed.seal?.pdfSha256);
    expect(BigInt(pdf.length)).toBe(sealed.seal?.pdfBytes);
    // As the owner of the schema, past every rule of the product.
    await on.sql("UPDATE statement_line SET memo = memo || ' indeed' WHERE statement_id = $1 AND seq = 4", [fresh.id]);
    const taken: Buffer[] = [];
    const take = async () => {
      for await (const piece of csvToGive(db.app, sealed)) taken.push(piece);
    };
    await expect(take()).rejects.toMatchObject({ code: "invalid_state", detail: { file: "csv" } });
    expect(BigInt(Buffer.concat(taken).length)).toBeLessThan(sealed.seal?.csvBytes ?? 0n);
    await on.sql("UPDATE statement_line SET amount_micros = amount_micros + 1 WHERE statement_id = $1 AND seq = 4", [
      fresh.id,
    ]);
    // The document is kept, so it is the one that was sealed even now.
    expect(await pdfToGive(db.app, sealed)).toEqual(pdf);
    expect(await verifyStatement(db.app, sealed)).toEqual({ content: false, csv: false, pdf: true, remade: false });
    await on.sql("ALTER TABLE statement_seal DROP CONSTRAINT statement_seal_check");
    await on.sql("UPDATE statement_seal SET pdf = pdf || 'x' WHERE statement_id = $1", [fresh.id]);
    await expect(pdfToGive(db.app, sealed)).rejects.toMatchObject({ code: "invalid_state", detail: { file: "pdf" } });
    expect(await verifyStatement(db.app, sealed)).toMatchObject({ pdf: false });
  });

  test("do not change with the names, the prices or the calls they are about", async () => {
    const of = await on.newCustomer(eventful);
    const { id } = await on.issue(of, "2026-01-01", "2026-01-31");
    await sealStatement(db.app, { tenantId: idOf(of), actor }, id);
    await on.sql(
      "UPDATE tenant SET name = 'Renamed', time_zone = 'Asia/Tokyo', tax_name = 'GST', billing_address = 'Elsewhere' WHERE id = $1",
      [of.tenantId],
    );
    await on.sql("UPDATE call SET country = 'FR' WHERE tenant_id = $1", [of.tenantId]);
    await on.sql("UPDATE hold SET prefix = '1', billed_seconds = 1 WHERE tenant_id = $1", [of.tenantId]);
    const sealed = await readTenant(db.app, { tenantId: idOf(of) }, (tx) => getStatement(tx, idOf(of), id));
    expect(await verifyStatement(db.app, sealed)).toEqual(whole);
  });
});

describe("nobody rewrites a statement", () => {
  test("no role may change or delete one, and the portal may not write one", async () => {
    const may = await on.sql(`
      SELECT r.rolname, t.name, what FROM pg_roles r CROSS JOIN unnest(ARRAY['statement', 'statement_line', 'statement_seal']) t(name)
      CROSS JOIN unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) what
      WHERE r.rolname IN ('portal_app', 'portal_charge', 'portal_system', 'asterisk') AND has_table_privilege(r.oid, t.name, what)`);
    expect(may).toEqual([]);
    const of = await on.newCustomer(eventful);
    const { id } = await on.issue(of, "2026-01-01", "2026-01-31");
    for (const sql of [
      `UPDATE statement SET closing_micros = 0 WHERE id = '${id}'`,
      `DELETE FROM statement WHERE id = '${id}'`,
      `UPDATE statement_line SET amount_micros = 0`,
      `DELETE FROM statement_line`,
      `UPDATE statement_seal SET csv_sha256 = pdf_sha256`,
      `INSERT INTO statement_line SELECT * FROM statement_line LIMIT 1`,
      `UPDATE statement_counter SET last_number = 0`,
    ]) {
      await expect(
        writeTenant(db.app, { tenantId: idOf(of) }, (tx) => tx.$executeRawUnsafe(sql)),
        sql,
      ).rejects.toThrow(/permission denied/);
    }
  });

  test("files that were sealed are not replaced", async () => {
    const of = await on.newCustomer(eventful);
    const { id } = await on.issue(of, "2026-01-01", "2026-01-31");
    await sealStatement(db.app, { tenantId: idOf(of), actor }, id);
    const other = Uint8Array.from(Buffer.alloc(32, 7));
    const replace = change(db.app, { tenantId: idOf(of), actor, action: "statement.seal" }, async (tx) => {
      await tx.$queryRaw`SELECT statement_seal_put(${id}::uuid, ${other}, 1::bigint, ${other})`;
      return { subject: "statement:x", result: undefined };
    });
    await expect(replace).rejects.toMatchObject({ code: "invalid_state" });
  });
});

test("a statement is its tenant's: neither a sibling nor the buyer of another reseller finds it, and no cost of the seller is in it", async () => {
  const of = await on.newCustomer(eventful);
  await on.topUp(on.reseller, 5_000_000n);
  const statement = await on.issue(of, "2026-01-01", "2026-01-31");
  for (const other of [on.customer, on.reseller, on.operator]) {
    await expect(
      readTenant(db.app, { tenantId: idOf(other) }, (tx) => getStatement(tx, idOf(of), statement.id)),
    ).rejects.toMatchObject({ code: "not_found" });
    await expect(
      readTenant(db.app, { tenantId: idOf(other) }, (tx) =>
        tx.statementLine.count({ where: { statementId: statement.id } }),
      ),
    ).resolves.toBe(0);
  }
  const walletOfSeller = await on.one<{ id: string }>("SELECT id FROM wallet WHERE tenant_id = $1", [
    on.reseller.tenantId,
  ]);
  const steal = change(db.app, { tenantId: idOf(of), actor, action: "statement.issue" }, async (tx) => ({
    subject: "statement:x",
    result: await issueStatement(
      tx,
      idOf(of),
      {
        firstDay: "2026-01-01",
        lastDay: "2026-01-31",
        kind: "range",
        wallet: { walletId: walletOfSeller.id, currency: "EUR" },
      },
      "cli:test",
    ),
  }));
  await expect(steal).rejects.toMatchObject({ code: "not_found" });
  const lines = await on.sql<{ tenant_id: string; wallet_id: string }>(
    "SELECT DISTINCT l.tenant_id, e.wallet_id FROM statement_line l JOIN ledger_entry e ON e.transaction_id = l.transaction_id AND e.seq = l.seq WHERE statement_id = $1",
    [statement.id],
  );
  expect(lines).toEqual([{ tenant_id: of.tenantId, wallet_id: expect.any(String) }]);
  expect(lines[0]?.wallet_id).not.toBe(walletOfSeller.id);
});

test("the operator has none, days to come have none, and a day has at most twenty on request", async () => {
  await expect(on.issue(on.operator, "2026-01-01", "2026-01-31")).rejects.toMatchObject({ code: "invalid_state" });
  const of = await on.newCustomer(eventful);
  await expect(on.issue(of, dayIn(-5), dayIn(1), "range")).rejects.toMatchObject({
    code: "invalid_state",
    detail: { field: "to" },
  });
  await expect(on.issue(of, "2024-01-01", "2026-01-01", "range")).rejects.toMatchObject({ code: "invalid_input" });
  for (let day = 1; day <= 20; day += 1)
    await on.issue(of, "2026-01-01", `2026-01-${String(day).padStart(2, "0")}`, "range");
  await expect(on.issue(of, "2026-01-02", "2026-01-05", "range")).rejects.toMatchObject({ code: "invalid_state" });
  // One that is there is still the answer.
  expect((await on.issue(of, "2026-01-01", "2026-01-05", "range")).repeated).toBe(true);
  const { items } = await readTenant(db.app, { tenantId: idOf(of) }, (tx) => listStatements(tx, idOf(of)));
  expect(items).toHaveLength(20);
});
