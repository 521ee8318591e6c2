import { getBalance } from "@/server/domain/billing/balance";
import { movementSchema } from "@/server/domain/billing/billing.schema";
import { listLedger } from "@/server/domain/billing/ledger";
import { topUpOrAsk } from "@/server/domain/billing/top-up-approval";
import { decimalOf, formatMicros } from "@/server/kernel/money";
import { check, checkCount } from "../check";
import type { Command } from "../command";

const tenant = { value: "slug", about: "whose wallet", required: true } as const;
const PAGE = 200;

export const topup: Command = {
  summary:
    "Posts a payment to a tenant's wallet, up to the limit for 24 hours above which two people decide in the portal. The same key again moves nothing.",
  options: {
    tenant,
    amount: { value: "10.00", about: "more than zero, at most six decimals", required: true },
    key: { value: "text", about: "names this payment, so that a repeat is recognised", required: true },
    currency: { value: "EUR", about: "the wallet's own when left out" },
    memo: { value: "text", about: "shown in the ledger" },
  },
  run: async (desk, given) => {
    const { currency, memo } = { currency: given.text("currency"), memo: given.text("memo") };
    const typed = { amount: given.text("amount"), postingKey: given.text("key"), currency, memo };
    const movement = check(movementSchema, typed, { postingKey: "key" });
    const receiver = await desk.tenant(given.must("tenant"));
    const operatorId = await desk.operator();
    const payer = { tenantId: operatorId, kind: "operator" };
    const moved = await desk.change(operatorId, "billing.top_up", async (tx) => {
      const to = { tenantId: receiver.id, currency: receiver.currency };
      const by = { actor: desk.actorName, limit: desk.place.topUpApprovalLimit };
      const result = await topUpOrAsk(tx, payer, to, movement, by);
      const after = {
        to: receiver.slug,
        amount: decimalOf(result.amount),
        currency: result.currency,
        transaction: result.transactionId,
      };
      return { subject: `tenant:${receiver.id}`, after, alsoFor: [receiver.id], result };
    });
    for (const id of [operatorId, receiver.id]) await desk.publish(id, ["balance", "audit"]);
    const { availableMicros, postedMicros, heldMicros } = await desk.read(receiver.id, (tx) =>
      getBalance(tx, receiver.id),
    );
    const { transactionId, amount, currency: kept } = moved;
    return {
      value: { transactionId, currency: kept, amountMicros: amount, postedMicros, heldMicros, availableMicros },
      say: `${receiver.slug} has ${formatMicros(availableMicros, kept, { exact: true })} available.`,
    };
  },
};

export const balance: Command = {
  summary: "A tenant's money: settled, held by live calls, and available for new ones.",
  options: { tenant },
  run: async (desk, given) => {
    const { id } = await desk.tenant(given.must("tenant"));
    const { currency, postedMicros, heldMicros, availableMicros } = await desk.read(id, (tx) => getBalance(tx, id));
    return { value: { currency, postedMicros, heldMicros, availableMicros } };
  },
};

export const ledger: Command = {
  summary: "A tenant's money movements, the newest first, each with the balance after it.",
  options: { tenant, limit: { value: "100", about: "how many", fallback: "100" } },
  run: async (desk, given) => {
    const limit = checkCount("limit", given.text("limit"), 100);
    const { id } = await desk.tenant(given.must("tenant"));
    const rows = [];
    let cursor: string | undefined;
    do {
      const from = cursor;
      const page = await desk.read(id, (tx) =>
        listLedger(tx, { cursor: from, limit: Math.min(PAGE, limit - rows.length) }),
      );
      rows.push(...page.items);
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined && rows.length < limit);
    return { value: rows };
  },
};
