import { open } from "node:fs/promises";
import { z } from "zod";

import { csvToGive, pdfToGive, sealStatement, verifyStatement } from "@/server/domain/statements/seal";
import { periodSchema, statementFormats, statementNumberSchema } from "@/server/domain/statements/statement.schema";
import {
  findByNumber,
  getStatement,
  issueStatement,
  listStatements,
  type Statement,
} from "@/server/domain/statements/statements";
import { formatMicros } from "@/server/kernel/money";
import { check, checkCount } from "../check";
import { BadInput, type Command, type Given } from "../command";
import type { Desk } from "../desk";

const tenant = { value: "slug", about: "whose wallet" } as const;
const which = { value: "slug", about: "whose it is, where several sellers gave that number" } as const;

const shown = ({ totals, taxes, seal, seller, buyer, tenantId: _, periodEnd: __, buyerSlug, ...rest }: Statement) => ({
  ...rest,
  seller: seller.name,
  buyer: buyer.name,
  tenant: buyerSlug,
  totals: totals.map(({ kind, amount }) => ({ kind, amountMicros: amount })),
  taxes: taxes.map(({ net, tax, ...rate }) => ({ ...rate, netMicros: net, taxMicros: tax })),
  csvSha256: seal?.csvSha256 ?? null,
  pdfSha256: seal?.pdfSha256 ?? null,
});

export const statementCreate: Command = {
  summary: "Issues a statement of whole days that are over. The same days again give the one there is.",
  options: {
    tenant: { ...tenant, required: true },
    from: { value: "2026-03-01", about: "first day, in the tenant's zone", required: true },
    to: { value: "2026-03-31", about: "last day", required: true },
  },
  run: async (desk, given) => {
    const { from, to } = check(periodSchema, { from: given.must("from"), to: given.must("to") });
    const of = await desk.tenant(given.must("tenant"));
    const made = await desk.change(of.id, "statement.issue", async (tx) => {
      const period = { firstDay: from, lastDay: to, kind: "range" } as const;
      const statement = await issueStatement(tx, of.id, period, desk.actorName);
      const after = { firstDay: from, lastDay: to, repeated: statement.repeated };
      return { subject: `statement:${statement.number}`, after, result: statement };
    });
    const { repeated } = made;
    const statement = await sealed(desk, made);
    await desk.publish(of.id, ["statements", "audit"]);
    const closing = formatMicros(statement.closingMicros, statement.currency, { exact: true });
    return {
      value: { ...shown(statement), repeated },
      say: `Statement ${statement.number}, ${from} to ${to}: closing balance ${closing}.`,
    };
  },
};

export const statementList: Command = {
  summary: "A tenant's statements, the latest period first.",
  options: {
    tenant: { ...tenant, required: true },
    sold: { about: "those it gave to whom it sells to, instead of its own" },
    limit: { value: "n", about: "how many at most", fallback: "120" },
  },
  run: async (desk, given) => {
    const of = await desk.tenant(given.must("tenant"));
    const limit = checkCount("limit", given.text("limit"), 120);
    const side = given.flag("sold") ? "sold" : "own";
    const found = await desk.readBelow(of.id, (tx) => listStatements(tx, of.id, { side, limit }));
    return {
      value: found.items.map(
        ({ number, buyerSlug, kind, firstDay, lastDay, openingMicros, closingMicros, currency, lines, seal }) => ({
          number,
          tenant: buyerSlug,
          kind,
          firstDay,
          lastDay,
          openingMicros,
          closingMicros,
          currency,
          lines,
          ready: seal !== null,
        }),
      ),
    };
  },
};

export const statementGet: Command = {
  summary: "Writes a statement to a file, as it was issued; without --out what it comes to.",
  words: ["number"],
  options: {
    tenant: which,
    format: { value: "pdf|csv", about: "the document or the table", fallback: "pdf" },
    out: { value: "file", about: "a new file to write" },
  },
  run: async (desk, given) => {
    const statement = await sealed(desk, await named(desk, given));
    const out = given.text("out");
    if (out === undefined) return { value: shown(statement) };
    const format = statementFormats.find((one) => one === given.text("format"));
    if (!format) throw new BadInput("--format: pdf or csv.");
    const bytes = await write(
      out,
      format === "pdf" ? [await pdfToGive(desk.db, statement)] : csvToGive(desk.db, statement),
    );
    const sha256 = format === "pdf" ? statement.seal?.pdfSha256 : statement.seal?.csvSha256;
    return {
      value: { number: statement.number, format, file: out, bytes, sha256 },
      say: `Wrote ${out}, ${bytes} bytes, SHA-256 ${sha256}.`,
    };
  },
};

export const statementVerify: Command = {
  summary: "Makes a statement again and compares it with what was issued: content, table, document.",
  words: ["number"],
  options: { tenant: which },
  run: async (desk, given) => {
    const statement = await sealed(desk, await named(desk, given));
    const verified = await verifyStatement(desk.db, statement);
    const wrong = Object.entries(verified).flatMap(([what, same]) => (same ? [] : [what]));
    return {
      value: { number: statement.number, ...verified },
      say:
        wrong.length === 0
          ? `${statement.number} is as it was issued.`
          : `${statement.number} differs: ${wrong.join(", ")}.`,
      failed: wrong.length > 0,
    };
  },
};

/** The statement that the first word and, where it is needed, --tenant name. */
export async function named(desk: Desk, given: Given): Promise<Statement> {
  const { number: wanted } = check(z.object({ number: statementNumberSchema }), { number: given.word(0) });
  const slug = given.text("tenant");
  const of = slug === undefined ? undefined : await desk.tenant(slug);
  const found = of
    ? await desk.read(of.id, (tx) => findByNumber(tx, wanted, of.id))
    : await desk.readAll((tx) => findByNumber(tx, wanted));
  const [only, ...others] = found;
  if (!only || others.length > 0) {
    const who = found.map(({ seller, buyer }) => `${buyer.name} (of ${seller.name})`).join(", ");
    throw new BadInput(`--tenant: several sellers gave the number ${wanted}: ${who}.`);
  }
  // Its lines and sums are read as its tenant.
  return desk.read(only.tenantId, (tx) => getStatement(tx, only.tenantId, only.id));
}

/** Makes the files of one that was issued just now, where no workers run. */
export async function sealed(desk: Desk, statement: Statement): Promise<Statement> {
  if (statement.seal) return statement;
  const { tenantId, id } = statement;
  await sealStatement(desk.db, { tenantId, actingTenantId: await desk.operator(), actor: desk.actor }, id);
  return desk.read(tenantId, (tx) => getStatement(tx, tenantId, id));
}

/** Never over a file that is there. One that could not be written whole is an error of the command. */
async function write(file: string, pieces: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<number> {
  const handle = await open(file, "wx").catch((error: NodeJS.ErrnoException) => {
    throw new BadInput(
      `--out: ${error.code === "EEXIST" ? "that file is there already" : `cannot be written (${error.code})`}.`,
    );
  });
  let bytes = 0;
  try {
    for await (const piece of pieces) {
      await handle.appendFile(piece);
      bytes += piece.length;
    }
  } finally {
    await handle.close();
  }
  return bytes;
}
