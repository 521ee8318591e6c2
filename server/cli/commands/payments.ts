import { randomUUID } from "node:crypto";

import { refundSchema } from "@/server/domain/payments/payment.schema";
import { listPayments } from "@/server/domain/payments/payments";
import { askRefund } from "@/server/domain/payments/refunds";
import { decimalOf } from "@/server/kernel/money";
import { check } from "../check";
import type { Command } from "../command";

const tenant = { value: "slug", about: "who paid", required: true } as const;

export const paymentList: Command = {
  summary: "A tenant's last payments by card, the newest first, with what became of each.",
  options: { tenant },
  run: async (desk, given) => {
    const { id } = await desk.tenant(given.must("tenant"));
    return { value: await desk.read(id, (tx) => listPayments(tx, id)) };
  },
};

export const paymentRefund: Command = {
  summary: "Gives a payment back to its card, or a part of it. The same key refunds once.",
  options: {
    tenant,
    payment: { value: "id", about: "as payment list names it", required: true },
    amount: { value: "5.00", about: "how much of it", required: true },
    note: { value: "text", about: "why, for the list of payments" },
    key: { value: "text", about: "the same key twice refunds once" },
  },
  run: async (desk, given) => {
    const typed = { paymentId: given.text("payment"), amount: given.text("amount"), note: given.text("note") };
    const input = check(refundSchema, { ...typed, postingKey: given.text("key") ?? `cli:${randomUUID()}` });
    const { id, slug } = await desk.tenant(given.must("tenant"));
    const refundId = await desk.change(id, "billing.refund", async (tx) => {
      const result = await askRefund(tx, id, input, desk.actorName);
      const after = { tenant: slug, amount: decimalOf(input.amount), refund: result };
      return { subject: `payment:${input.paymentId}`, after, result };
    });
    await desk.publish(id, ["balance", "audit"]);
    return { value: { tenant: slug, refundId }, say: "The refund is on its way to the card." };
  },
};
