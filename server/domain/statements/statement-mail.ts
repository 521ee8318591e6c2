import { queueMail } from "@/server/domain/mail/mail";
import { moneyPeople } from "@/server/domain/mail/money-people";
import { exactText } from "@/server/domain/statements/statement.rules";
import type { Statement } from "@/server/domain/statements/statements";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";

const subjectOf = ({ number, firstDay, lastDay }: Statement): string =>
  `Statement ${number}, ${firstDay} to ${lastDay}`;

/**
 * Queues a statement to every owner and billing seat of its tenant; the transaction acts for that tenant. Without `pdf` the
 * mail says where to fetch it.
 * @returns how many mails were queued.
 */
export async function mailStatement(
  tx: TenantWrite,
  statement: Statement,
  pdf: Uint8Array | undefined,
): Promise<number> {
  const { tenantId, number } = statement;
  const people = await moneyPeople(tx, tenantId);
  const [subject, text] = [subjectOf(statement), textOf(statement, pdf !== undefined)];
  const attached = pdf && { name: `statement-${number}.pdf`, type: "application/pdf", bytes: pdf };
  for (const email of people) {
    await queueMail(tx, tenantId, { to: email, subject, text, ...(attached ? { attachment: attached } : {}) });
  }
  return people.length;
}

function textOf(statement: Statement, isAttached: boolean): string {
  const { number, seller, buyer, firstDay, lastDay, openingMicros, closingMicros, decimals, currency } = statement;
  const money = (amount: bigint) => `${exactText(amount, decimals)} ${currency}`;
  const moved = closingMicros - openingMicros;
  return [
    `Statement ${number} of ${seller.name} for ${buyer.name}, ${firstDay} to ${lastDay}.`,
    [
      `Opening balance  ${money(openingMicros)}`,
      `Movements        ${money(moved)}`,
      `Closing balance  ${money(closingMicros)}`,
    ].join("\n"),
    isAttached
      ? "The document is attached. The table with every movement is in the portal, under Statements."
      : "It is too large for a mail: the document and the table are in the portal, under Statements.",
  ].join("\n\n");
}

/** Whether the same statement was written to somebody in the last five minutes. */
export async function wasMailedJustNow(tx: TenantRead, statement: Statement): Promise<boolean> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM mail WHERE tenant_id = ${statement.tenantId}::uuid AND subject = ${subjectOf(statement)}
      AND created_at > clock_timestamp() - interval '5 minutes' LIMIT 1`;
  return rows.length > 0;
}
