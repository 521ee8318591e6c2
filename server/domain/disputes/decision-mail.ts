import type { DisputeState } from "@/server/domain/disputes/dispute-kinds.schema";
import { queueMail } from "@/server/domain/mail/mail";
import { moneyPeople } from "@/server/domain/mail/money-people";
import { forTenantBelow } from "@/server/domain/tenancy/tenant-below";
import type { TenantWrite } from "@/server/infra/db/tenant-tx";
import type { TenantId } from "@/server/kernel/ids";
import { formatMicros } from "@/server/kernel/money";
import { t } from "@/server/kernel/words";

type Decision = Readonly<{
  id: string;
  number: string;
  buyerId: TenantId;
  sellerId: TenantId;
  state: DisputeState;
  currency: string;
  creditedMicros: bigint;
}>;
type Case = { seller: string; charged: bigint; to: string | null; startedAt: string | null; timeZone: string };

/**
 * Writes to the buyer's owners and billing seats how their dispute was decided, in the transaction of the decision; it acts
 * for the seller, and the mail belongs to the buyer. Nothing of it is of a level that the buyer does not see.
 * @returns how many mails were queued.
 */
export async function mailDecision(tx: TenantWrite, decided: Decision, words: string): Promise<number> {
  const { id, buyerId, sellerId } = decided;
  const [seller] = await tx.$queryRaw<{ name: string }[]>`SELECT name FROM tenant WHERE id = ${sellerId}::uuid`;
  return forTenantBelow(tx, buyerId, async () => {
    const [row] = await tx.$queryRaw<Omit<Case, "seller">[]>`
      SELECT d.charged_micros AS charged, d.evidence #>> '{call,to}' AS "to", d.evidence #>> '{call,startedAt}' AS "startedAt", t.time_zone AS "timeZone"
      FROM dispute d JOIN tenant t ON t.id = d.tenant_id WHERE d.id = ${id}::uuid`;
    if (!row) throw new Error("a dispute was decided that its buyer does not see");
    const people = await moneyPeople(tx, buyerId);
    const mail = () => mailOf(decided, { ...row, seller: seller?.name ?? "" }, words);
    for (const to of people)
      await queueMail(tx, buyerId, { to, subject: () => mail().subject, text: () => mail().text });
    return people.length;
  });
}

function mailOf(decided: Decision, { seller, charged, to, startedAt, timeZone }: Case, words: string) {
  const { number, state, currency, creditedMicros } = decided;
  const money = (amount: bigint) => formatMicros(amount, currency, { exact: true });
  const day = startedAt ? dayOf(startedAt, timeZone) : "";
  const outcome =
    state === "rejected"
      ? t("It was rejected: the charge of {charged} stays.", { charged: money(charged) })
      : t("{credited} of {charged} was given back to your balance.", {
          credited: money(creditedMicros),
          charged: money(charged),
        });
  return {
    subject:
      state === "rejected"
        ? t("Dispute {number} was rejected", { number })
        : t("Dispute {number}: {credited} given back", { number, credited: money(creditedMicros) }),
    text: [
      to && day
        ? t("{seller} has decided about the charge of your call to {to} of {day}, dispute {number}.", {
            seller,
            number,
            to,
            day,
          })
        : t("{seller} has decided about the charge of your call, dispute {number}.", { seller, number }),
      outcome,
      ...(words === "" ? [] : [`${t("What it says:")}\n${words}`]),
      t("The case with its evidence is in the portal, under Disputes."),
    ].join("\n\n"),
  };
}

const dayOf = (at: string, timeZone: string): string =>
  new Intl.DateTimeFormat("en-CA", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" }).format(
    new Date(at),
  );
