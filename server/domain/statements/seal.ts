import { createHash } from "node:crypto";

import { type Actor, change } from "@/server/domain/audit/change";
import { brandOfSeller } from "@/server/domain/brands/brands";
import { MOST_ATTACHED_BYTES } from "@/server/domain/mail/mail";
import { csvOf } from "@/server/domain/statements/csv";
import { rowsOf } from "@/server/domain/statements/lines";
import { pdfOf } from "@/server/domain/statements/pdf";
import type { StatementFormat } from "@/server/domain/statements/statement.schema";
import { mailStatement, wasMailedJustNow } from "@/server/domain/statements/statement-mail";
import { contentIsUnchanged, getStatement, type Seal, type Statement } from "@/server/domain/statements/statements";
import type { Db } from "@/server/infra/db/client";
import { readTenant } from "@/server/infra/db/read-tenant";
import { inLanguage } from "@/server/infra/words/speaking";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";

/**
 * Makes the document from what was issued, in the language it was issued in and the colour that the seller has at the moment: it is
 * kept as it is made now.
 */
export async function makePdf(db: Db, statement: Statement): Promise<Buffer> {
  const brand = await readTenant(db, { tenantId: statement.tenantId }, brandOfSeller);
  return inLanguage(statement.language, async () =>
    pdfOf(statement, await rowsOf(db, statement), brand?.colour ?? undefined),
  );
}

type By = Readonly<{ tenantId: TenantId; actingTenantId?: TenantId | undefined; actor: Actor }>;
type Made = Readonly<{ seal: Seal; pdf: Buffer }>;

async function make(db: Db, statement: Statement): Promise<Made> {
  const sum = createHash("sha256");
  let csvBytes = 0n;
  for await (const piece of csvOf(db, statement)) {
    sum.update(piece);
    csvBytes += BigInt(piece.length);
  }
  const pdf = await makePdf(db, statement);
  const seal = {
    csvSha256: sum.digest("hex"),
    csvBytes,
    pdfSha256: createHash("sha256").update(pdf).digest("hex"),
    pdfBytes: BigInt(pdf.length),
  };
  return { seal, pdf };
}

/**
 * Makes both files of a statement for the first time, keeps the document and the sum of the table, and sends a month's
 * statement to the tenant's owners and billing seats: once, whoever comes first. A repeat changes nothing.
 * @returns how many mails were queued.
 * @throws DomainError not_found; invalid_state when the files are not those that were sealed before.
 */
export async function sealStatement(db: Db, by: By, statementId: string): Promise<{ mailed: number; seal: Seal }> {
  const { tenantId } = by;
  const statement = await readTenant(db, { tenantId }, (tx) => getStatement(tx, tenantId, statementId));
  if (statement.seal) return { mailed: 0, seal: statement.seal };
  const { seal, pdf } = await make(db, statement);
  const [csvSum, document] = [Uint8Array.from(Buffer.from(seal.csvSha256, "hex")), Uint8Array.from(pdf)];
  return change(db, { ...by, action: "statement.seal" }, async (tx) => {
    const [row] = await tx.$queryRaw<{ first: boolean }[]>`
      SELECT statement_seal_put(${statementId}::uuid, ${csvSum}, ${seal.csvBytes}::bigint, ${document}) AS first`;
    const wanted = row?.first && isWorthAMail(statement);
    const mailed = wanted ? await mailStatement(tx, statement, attachable(pdf)) : 0;
    return {
      subject: `statement:${statement.number}`,
      after: { csv: seal.csvSha256, pdf: seal.pdfSha256, mailed },
      result: { mailed, seal },
    };
  });
}

const MAILED_FOR_MS = 70 * 86_400_000;

/**
 * A month's, unless nobody needs to be told: the wallet is empty and was not used, or the month is long past. The latter
 * come at once when statements are new to an installation, and are for looking up.
 */
const isWorthAMail = ({ kind, lines, openingMicros, issuedAt, periodEnd }: Statement): boolean =>
  kind === "month" && (lines > 0n || openingMicros !== 0n) && issuedAt.getTime() - periodEnd.getTime() < MAILED_FOR_MS;

/** What is too large for a mail is to be fetched from the portal. */
const attachable = (pdf: Buffer): Buffer | undefined => (pdf.length <= MOST_ATTACHED_BYTES ? pdf : undefined);

/**
 * Sends a statement again to the tenant's owners and billing seats, as the same file.
 * @returns how many mails were queued.
 * @throws DomainError not_found; invalid_state before it was sealed, when it was sent in the last five minutes, and when
 * nobody here gets mail.
 */
export async function sendStatementAgain(db: Db, by: By, statementId: string): Promise<{ mailed: number }> {
  const { tenantId } = by;
  const statement = await readTenant(db, { tenantId }, (tx) => getStatement(tx, tenantId, statementId));
  const pdf = await pdfToGive(db, statement);
  return change(db, { ...by, action: "statement.send" }, async (tx) => {
    if (await wasMailedJustNow(tx, statement)) {
      throw new DomainError("invalid_state", {}, "It was sent less than five minutes ago; give it a moment to arrive.");
    }
    const mailed = await mailStatement(tx, statement, attachable(pdf));
    if (mailed === 0) {
      throw new DomainError("invalid_state", {}, "Nobody here is an owner or has a billing seat, so nobody gets mail.");
    }
    return { subject: `statement:${statement.number}`, after: { mailed }, result: { mailed } };
  });
}

const notMade = () => new DomainError("invalid_state", {}, "Its files are being made; try again in a moment.");
const differs = (number: string, file: StatementFormat) =>
  new DomainError(
    "invalid_state",
    { number, file },
    `The ${file.toUpperCase()} of ${number} is not the one that was issued, so it is not given out.`,
  );

/**
 * The document as it was sealed.
 * @throws DomainError invalid_state before it was sealed, and when what is kept has another sum.
 */
export async function pdfToGive(db: Db, statement: Statement): Promise<Buffer> {
  if (!statement.seal) throw notMade();
  const { tenantId, id, number, seal } = statement;
  const [kept] = await readTenant(
    db,
    { tenantId },
    (tx) => tx.$queryRaw<{ pdf: Uint8Array }[]>`SELECT pdf FROM statement_seal WHERE statement_id = ${id}::uuid`,
  );
  const pdf = Buffer.from(kept?.pdf ?? []);
  if (createHash("sha256").update(pdf).digest("hex") !== seal.pdfSha256) throw differs(number, "pdf");
  return pdf;
}

/**
 * The table in pieces. The last one is given only when all of them have the sum that was sealed: a table that differs ends
 * too early, which whoever takes it notices by its length.
 * @throws DomainError invalid_state as for the document.
 */
export async function* csvToGive(db: Db, statement: Statement): AsyncGenerator<Buffer> {
  const { seal, number } = statement;
  if (!seal) throw notMade();
  const sum = createHash("sha256");
  let held: Buffer | undefined;
  for await (const piece of csvOf(db, statement)) {
    sum.update(piece);
    if (held) yield held;
    held = piece;
  }
  if (sum.digest("hex") !== seal.csvSha256) throw differs(number, "csv");
  if (held) yield held;
}

export type Verified = Readonly<{ content: boolean; csv: boolean; pdf: boolean; remade: boolean }>;

/**
 * Makes a statement again and compares. `content`, `csv` and `pdf` false: what was issued has changed, and somebody has to
 * look into it. `remade` alone false: the document that is kept is whole, and this program would draw it in another way, as
 * it does once the seller has another colour.
 */
export async function verifyStatement(db: Db, statement: Statement): Promise<Verified> {
  if (!statement.seal) throw notMade();
  const content = await readTenant(db, { tenantId: statement.tenantId, patienceMs: 120_000 }, (tx) =>
    contentIsUnchanged(tx, statement),
  );
  const { seal } = await make(db, statement);
  const { csvSha256, pdfSha256 } = statement.seal;
  const pdf = await pdfToGive(db, statement).then(
    () => true,
    () => false,
  );
  return { content, csv: seal.csvSha256 === csvSha256, pdf, remade: seal.pdfSha256 === pdfSha256 };
}
