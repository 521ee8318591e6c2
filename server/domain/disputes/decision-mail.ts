import type { Decided } from "@/server/domain/disputes/disputes";
import { queueMail } from "@/server/domain/mail/mail";
import { moneyPeople } from "@/server/domain/mail/money-people";
import { forTenantBelow } from "@/server/domain/tenancy/tenant-below";
import type { TenantWrite } from "@/server/infra/db/tenant-tx";
import { formatMicros } from "@/server/kernel/money";

type Case = { seller: string; charged: bigint; to: string | null; startedAt: string | null; timeZone: string };

/**
 * Writes to the buyer's owners and billing seats how their dispute was decided, in the transaction of the decision; it acts
 * for the seller, and the mail belongs to the buyer. Nothing of it is of a level that the buyer does not see.
 * @returns how many mails were queued.
 */
export async function mailDecision(tx: TenantWrite, decided: Decided, words: string): Promise<number> {
  const { id, buyerId, sellerId } = decided;
  const [seller] = await tx.$queryRaw<{ name: string }[]>`SELECT name FROM tenant WHERE id = ${sellerId}::uuid`;
  return forTenantBelow(tx, buyerId, async () => {
    const [row] = await tx.$queryRaw<Omit<Case, "seller">[]>`
      SELECT d.charged_micros AS charged, d.evidence #>> '{call,to}' AS "to", d.evidence #>> '{call,startedAt}' AS "startedAt", t.time_zone AS "timeZone"
      FROM dispute d JOIN tenant t ON t.id = d.tenant_id WHERE d.id = ${id}::uuid`;
    if (!row) throw new Error("a dispute was decided that its buyer does not see");
    const people = await moneyPeople(tx, buyerId);
    const mail = mailOf(decided, { ...row, seller: seller?.name ?? "" }, words);
    for (const to of people) await queueMail(tx, buyerId, { to, ...mail });
    return people.length;
  });
}

function mailOf(decided: Decided, { seller, charged, to, startedAt, timeZone }: Case, words: string) {
  const { number, state, currency, creditedMicros } = decided;
  const money = (amount: bigint) => formatMicros(amount, currency, { exact: true });
  const call = [to && ` to ${to}`, startedAt && ` of ${dayOf(startedAt, timeZone)}`].filter(Boolean).join("");
  const outcome =
    state === "rejected"
      ? `It was rejected: the charge of ${money(charged)} stays.`
      : `${money(creditedMicros)} of ${money(charged)} was given back to your balance.`;
  return {
    subject:
      state === "rejected"
        ? `Dispute ${number} was rejected`
        : `Dispute ${number}: ${money(creditedMicros)} given back`,
    text: [
      `${seller} has decided about the charge of your call${call}, dispute ${number}.`,
      outcome,
      ...(words === "" ? [] : [`What it says:\n${words}`]),
      "The case with its evidence is in the portal, under Disputes.",
    ].join("\n\n"),
  };
}

const dayOf = (at: string, timeZone: string): string =>
  new Intl.DateTimeFormat("en-CA", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" }).format(
    new Date(at),
  );
