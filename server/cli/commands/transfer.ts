import { z } from "zod";

import { movementSchema } from "@/server/domain/billing/billing.schema";
import { transfer, undoTransfer } from "@/server/domain/billing/movements";
import { DomainError } from "@/server/kernel/errors";
import { decimalOf, formatMicros } from "@/server/kernel/money";
import { check } from "../check";
import type { Command } from "../command";

export const transferMoney: Command = {
  summary: "Moves money down to a tenant directly below, or back up. The same key again moves nothing.",
  options: {
    from: { value: "slug", about: "whose money", required: true },
    to: { value: "slug", about: "who gets it: directly below or above", required: true },
    amount: { value: "10.00", about: "more than zero, at most six decimals", required: true },
    key: { value: "text", about: "names this transfer, so that a repeat is recognised", required: true },
    currency: { value: "EUR", about: "the payer's own when left out" },
    memo: { value: "text", about: "shown in both ledgers" },
  },
  run: async (desk, given) => {
    const typed = { amount: given.text("amount"), postingKey: given.text("key") };
    const more = { currency: given.text("currency"), memo: given.text("memo") };
    const movement = check(movementSchema, { ...typed, ...more }, { postingKey: "key" });
    const [from, to] = [await desk.tenant(given.must("from")), await desk.tenant(given.must("to"))];
    if (from.parentId !== to.id && to.parentId !== from.id) {
      const sentence = `${from.slug} and ${to.slug} are not directly above and below each other.`;
      throw new DomainError("not_below", { from: from.slug, to: to.slug }, sentence);
    }
    const [upper, lower] = to.parentId === from.id ? [from, to] : [to, from];
    const currency = movement.currency ?? from.currency;
    const moved = await desk.change(upper.id, "billing.transfer", async (tx) => {
      const result = await transfer(tx, { from: from.id, to: to.id }, { ...movement, currency }, desk.actorName);
      const { amount, transactionId } = result;
      const after = { from: from.slug, to: to.slug, amount: decimalOf(amount), currency, transaction: transactionId };
      return { subject: `tenant:${lower.id}`, after, alsoFor: [lower.id], result };
    });
    for (const { id } of [upper, lower]) await desk.publish(id, ["balance", "audit"]);
    const value = { transactionId: moved.transactionId, from: from.slug, to: to.slug, currency };
    return {
      value: { ...value, amountMicros: moved.amount },
      say: `${formatMicros(moved.amount, currency, { exact: true })} moved from ${from.slug} to ${to.slug}.`,
    };
  },
};

export const transferUndo: Command = {
  summary: "Takes a transfer back within 15 minutes, as long as the money is still there. A repeat moves nothing.",
  options: { transaction: { value: "id", about: "as transfer printed it", required: true } },
  run: async (desk, given) => {
    const { transaction } = check(z.object({ transaction: z.uuid("Not an id of a transfer.") }), {
      transaction: given.text("transaction"),
    });
    const operatorId = await desk.operator();
    const undone = await desk.change(operatorId, "billing.undo_transfer", async (tx) => {
      const result = await undoTransfer(tx, transaction, desk.actorName);
      const others = result.pair.filter((id) => id !== operatorId);
      const after = { amount: decimalOf(result.amount), currency: result.currency, transaction: result.transactionId };
      return { subject: `tenant:${others.at(-1)}`, after: { undoes: transaction, ...after }, alsoFor: others, result };
    });
    for (const id of undone.pair) await desk.publish(id, ["balance", "audit"]);
    const { transactionId, currency, amount } = undone;
    return {
      value: { transactionId, undoes: transaction, currency, amountMicros: amount },
      say: `${formatMicros(amount, currency, { exact: true })} taken back.`,
    };
  },
};
