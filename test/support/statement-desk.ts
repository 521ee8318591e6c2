import { change } from "@/server/domain/audit/change";
import { csvOf } from "@/server/domain/statements/csv";
import { getStatement, issueStatement, type Statement } from "@/server/domain/statements/statements";
import { readTenant } from "@/server/infra/db/read-tenant";
import type { TenantId } from "@/server/kernel/ids";
import type { Tenancy } from "./builders";
import type { TestDatabase } from "./database";
import { type PastMovement, pastMovements } from "./past-movements";
import { stage } from "./stage";

export const actor = { kind: "cli", id: "test", requestId: "r1" } as const;
export const idOf = (of: Tenancy) => of.tenantId as TenantId;

/** The day in so many days, in UTC. */
export const dayIn = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

/** A month in which a bit of everything moved, with texts that a spreadsheet must not run. */
export const eventful: readonly PastMovement[] = [
  { at: "2026-01-02T00:00:00Z", kind: "top_up", amount: 100_000_000n, memo: '=HYPERLINK("http://evil.test")' },
  { at: "2026-01-03T10:00:00Z", kind: "charge", amount: -12_500n, tax: { amount: -2_375n, ppm: 190_000 } },
  { at: "2026-01-03T11:00:00Z", kind: "charge", amount: -12_500n, prefix: "33" },
  { at: "2026-01-04T11:00:00Z", kind: "correction", amount: 12_500n, memo: '+Credit, "again"\nfor Żółw Ж' },
];

/** The smallest company, with what tests of statements need of it. */
export async function statementDesk(db: TestDatabase) {
  const on = await stage(db);

  /** A customer of the reseller with a past of its own. */
  async function newCustomer(moves: readonly PastMovement[], timeZone = "UTC"): Promise<Tenancy> {
    const of = await on.tenant("customer", on.reseller);
    await on.sql("UPDATE tenant SET time_zone = $2 WHERE id = $1", [of.tenantId, timeZone]);
    await pastMovements(on, of)(moves);
    return of;
  }

  const issue = (of: Tenancy, firstDay: string, lastDay: string, kind: "month" | "range" = "month") =>
    change(db.app, { tenantId: idOf(of), actor, action: "statement.issue" }, async (tx) => {
      const result = await issueStatement(tx, idOf(of), { firstDay, lastDay, kind }, "cli:test");
      return { subject: `statement:${result.number}`, result };
    });
  const reread = (of: Statement) =>
    readTenant(db.app, { tenantId: of.tenantId }, (tx) => getStatement(tx, of.tenantId, of.id));
  const csvText = async (of: Statement): Promise<string> => {
    const parts: Buffer[] = [];
    for await (const piece of csvOf(db.app, of)) parts.push(piece);
    return Buffer.concat(parts).toString("utf8");
  };
  return { ...on, newCustomer, issue, reread, csvText };
}

/** The cells of a table without quoted ones. */
export const cellsOf = (csv: string) =>
  csv
    .trim()
    .split("\r\n")
    .map((line) => line.split(","));
