import { stringify } from "csv-stringify/sync";

import { percentOf } from "@/server/domain/billing/tax.schema";
import { linesOf, type StatementLine } from "@/server/domain/statements/lines";
import { cellText } from "@/server/domain/statements/statement.rules";
import type { Statement } from "@/server/domain/statements/statements";
import type { Db } from "@/server/infra/db/client";
import { decimalOf } from "@/server/kernel/money";

const columns = [
  "statement",
  "line",
  "time_utc",
  "day",
  "kind",
  "part",
  "description",
  "destination",
  "billed_seconds",
  "tax_percent",
  "amount",
  "balance",
  "currency",
  "transaction",
] as const;
type Cells = Readonly<Partial<Record<(typeof columns)[number], string>>>;

/**
 * A statement as a table: every movement in order, between a line with the opening and one with the closing balance. UTF-8
 * with CRLF, exact decimals. The same bytes each time, in pieces of a few hundred kilobytes.
 */
export async function* csvOf(db: Db, statement: Statement): AsyncGenerator<Buffer> {
  const common = { statement: statement.number, currency: statement.currency };
  const write = (rows: readonly Cells[]) => {
    const table = rows.map((row) => {
      const cells: Cells = { ...common, ...row };
      return columns.map((column) => cells[column] ?? "");
    });
    return Buffer.from(stringify(table, { record_delimiter: "\r\n" }), "utf8");
  };
  yield Buffer.from(`${columns.join(",")}\r\n`, "utf8");
  const { firstDay, lastDay, openingMicros, closingMicros } = statement;
  yield write([{ day: firstDay, kind: "opening", balance: decimalOf(openingMicros) }]);
  for await (const page of linesOf(db, statement)) yield write(page.map(cellsOf));
  yield write([{ day: lastDay, kind: "closing", balance: decimalOf(closingMicros) }]);
}

const cellsOf = (line: StatementLine): Cells => ({
  line: String(line.seq),
  time_utc: line.at,
  day: line.day,
  kind: line.kind,
  part: line.part,
  description: cellText(line.memo),
  destination: cellText(line.destination),
  billed_seconds: line.billedSeconds === null ? "" : String(line.billedSeconds),
  tax_percent: line.taxPpm === null ? "" : percentOf(line.taxPpm),
  amount: decimalOf(line.amountMicros),
  balance: decimalOf(line.balanceAfterMicros),
  transaction: line.transactionId,
});
