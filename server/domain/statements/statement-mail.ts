import { queueMail } from "@/server/domain/mail/mail";
import { moneyPeople } from "@/server/domain/mail/money-people";
import { exactText } from "@/server/domain/statements/statement.rules";
import type { Statement } from "@/server/domain/statements/statements";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { t } from "@/server/kernel/words";

const subjectOf = ({ number, firstDay, lastDay }: Statement): string =>
  t("Statement {number}, {firstDay} to {lastDay}", { number, firstDay, lastDay });

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
  const [subject, text] = [() => subjectOf(statement), () => textOf(statement, pdf !== undefined)];
  const attached = pdf && { name: `statement-${number}.pdf`, type: "application/pdf", bytes: pdf };
  for (const email of people) {
    await queueMail(tx, tenantId, { to: email, subject, text, ...(attached ? { attachment: attached } : {}) });
  }
  return people.length;
}

function textOf(statement: Statement, isAttached: boolean): string {
  const { number, seller, buyer, firstDay, lastDay, openingMicros, closingMicros, decimals, currency } = statement;
  const money = (amount: bigint) => `${exactText(amount, decimals)} ${currency}`;
  const sums = [
    [t("Opening balance"), openingMicros],
    [t("Movements"), closingMicros - openingMicros],
    [t("Closing balance"), closingMicros],
  ] as const;
  const width = Math.max(...sums.map(([label]) => label.length));
  return [
    t("Statement {number} of {seller} for {buyer}, {firstDay} to {lastDay}.", {
      number,
      seller: seller.name,
      buyer: buyer.name,
      firstDay,
      lastDay,
    }),
    sums.map(([label, amount]) => `${label.padEnd(width)}  ${money(amount)}`).join("\n"),
    isAttached
      ? t("The document is attached. The table with every movement is in the portal, under Statements.")
      : t("It is too large for a mail: the document and the table are in the portal, under Statements."),
  ].join("\n\n");
}

/** Whether the same statement was written to somebody in the last five minutes, in whichever language. */
export async function wasMailedJustNow(tx: TenantRead, statement: Statement): Promise<boolean> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM mail WHERE tenant_id = ${statement.tenantId}::uuid
      AND strpos(subject, ${statement.number}) > 0 AND strpos(subject, ${statement.firstDay}) > 0
      AND created_at > clock_timestamp() - interval '5 minutes' LIMIT 1`;
  return rows.length > 0;
}
