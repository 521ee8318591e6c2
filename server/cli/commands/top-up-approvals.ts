import { randomUUID } from "node:crypto";
import { z } from "zod";

import { topUpRequestSchema } from "@/server/domain/billing/billing.schema";
import { decideTopUp, listPendingTopUps } from "@/server/domain/billing/top-up-approval";
import { requestTopUp } from "@/server/domain/billing/top-up-request";
import { decimalOf } from "@/server/kernel/money";
import { check } from "../check";
import type { Command, Given, Result } from "../command";
import type { Desk } from "../desk";

const id = { value: "id", about: "as topup pending names it", required: true } as const;

export const topupPending: Command = {
  summary: "Top-ups above the limit for 24 hours that wait for a second person, and those decided in the last 30 days.",
  options: {},
  run: async (desk) => {
    const operator = await desk.operator();
    return { value: await desk.readAll((tx) => listPendingTopUps(tx, operator, desk.actorName)) };
  },
};

export const topupAsk: Command = {
  summary: "Says that a tenant paid outside, by bank, and asks the one above it to post that. It waits there.",
  options: {
    tenant: { value: "slug", about: "who paid", required: true },
    amount: { value: "250.00", about: "how much", required: true },
    memo: { value: "text", about: "the reference of the transfer" },
    key: { value: "text", about: "the same key twice asks once" },
  },
  run: async (desk, given) => {
    const typed = { amount: given.text("amount"), memo: given.text("memo") };
    const input = check(topUpRequestSchema, { ...typed, postingKey: given.text("key") ?? `cli:${randomUUID()}` });
    const { id, slug } = await desk.tenant(given.must("tenant"));
    const asked = await desk.change(id, "billing.ask_top_up", async (tx) => {
      const result = await requestTopUp(tx, input, desk.actorName);
      const after = { amount: decimalOf(input.amount), currency: result.currency };
      return { subject: `top_up:${result.requestId}`, after, result };
    });
    for (const one of [id, asked.sellerId]) await desk.publish(one, ["balance", "audit"]);
    return { value: { tenant: slug, requestId: asked.requestId }, say: "It waits until the tenant above agrees." };
  },
};

export const topupApprove: Command = {
  summary:
    "Posts a top-up that waits. Above the limit for 24 hours two people decide in the portal: an account of a machine is nobody.",
  options: { id },
  run: (desk, given) => decide(desk, given, true),
};

export const topupReject: Command = {
  summary: "Lets a top-up that waits go; it will never be posted.",
  options: { id },
  run: (desk, given) => decide(desk, given, false),
};

async function decide(desk: Desk, given: Given, approve: boolean): Promise<Result> {
  const { id: topUpId } = check(z.object({ id: z.uuid("The id of a waiting top-up.") }), { id: given.text("id") });
  const tenantId = await desk.operator();
  const action = approve ? "billing.approve_top_up" : "billing.reject_top_up";
  const decided = await desk.change(tenantId, action, async (tx) => {
    const by = { approve, actor: desk.actorName, limit: desk.place.topUpApprovalLimit };
    const result = await decideTopUp(tx, { tenantId, kind: "operator" }, topUpId, by);
    const after = { amount: decimalOf(result.amount), currency: result.currency, transaction: result.transactionId };
    return { subject: `top_up:${topUpId}`, after, ...(approve ? { alsoFor: [result.receiverId] } : {}), result };
  });
  for (const one of [tenantId, decided.receiverId]) await desk.publish(one, ["balance", "audit"]);
  const { transactionId, currency, amount } = decided;
  const state = approve ? "approved" : "rejected";
  return { value: { id: topUpId, state, transactionId, currency, amountMicros: amount }, say: `It is ${state}.` };
}
