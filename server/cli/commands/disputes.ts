import {
  creditDisputeSchema,
  disputeFilterSchema,
  openDisputeSchema,
  rejectDisputeSchema,
} from "@/server/domain/disputes/dispute.schema";
import { type DisputePage, findDispute, listDisputes } from "@/server/domain/disputes/dispute-list";
import {
  checkCredit,
  type Decided,
  decideDispute,
  openDispute,
  prepareDispute,
} from "@/server/domain/disputes/disputes";
import type { TenantBelow } from "@/server/domain/tenancy/tenant-below";
import { decimalOf, formatMicros } from "@/server/kernel/money";
import { check, checkCount } from "../check";
import type { Command, Given } from "../command";
import type { Desk } from "../desk";

const PAGE = 200;

export const disputeList: Command = {
  summary: "Disputed charges, the newest first.",
  options: {
    tenant: { value: "slug", about: "whose disputes", required: true },
    side: { value: "sold|bought", about: "those of its customers, or its own; sold for who sells" },
    state: { value: "open", about: "open, credited, partly_credited, rejected or withdrawn" },
    limit: { value: "100", about: "how many", fallback: "100" },
  },
  run: async (desk, given) => {
    const limit = checkCount("limit", given.text("limit"), 100);
    const tenant = await desk.tenant(given.must("tenant"));
    const side = given.text("side") ?? (tenant.kind === "customer" ? "bought" : "sold");
    const filter = check(disputeFilterSchema, { side, state: given.text("state") });
    const rows = [];
    let cursor: string | undefined;
    do {
      const asked = { ...filter, cursor, limit: Math.min(PAGE, limit - rows.length) };
      const page: DisputePage = await desk.readBelow(tenant.id, (tx) => listDisputes(tx, tenant.id, asked));
      rows.push(...page.items);
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined && rows.length < limit);
    return {
      value: rows.map(({ buyerSlug, buyerName: _, toFormatted, callId, ...row }) => ({
        number: row.number,
        state: row.state,
        tenant: buyerSlug,
        to: toFormatted,
        currency: row.currency,
        chargedMicros: row.chargedMicros,
        creditedMicros: row.creditedMicros,
        reason: row.reason,
        openedAt: row.openedAt,
        decidedAt: row.decidedAt,
        call: callId,
        id: row.id,
      })),
    };
  },
};

export const disputeOpen: Command = {
  summary: "Disputes what a tenant paid for a call, with the tenant it bought from.",
  options: {
    tenant: { value: "slug", about: "who paid", required: true },
    call: { value: "id", about: "the call", required: true },
    reason: { value: "other", about: "not_made, never_connected, too_long, wrong_price, bad_quality or other" },
    text: { value: "text", about: "what is wrong, in words" },
  },
  run: async (desk, given) => {
    const typed = { callId: given.text("call"), reason: given.text("reason"), text: given.text("text") };
    const asked = check(openDisputeSchema, typed, { callId: "call" });
    const buyer = await desk.tenant(given.must("tenant"));
    const evidence = await desk.readBelow(buyer.id, (tx) => prepareDispute(tx, buyer.id, asked.callId));
    const { sellerId, ...opened } = await desk.change(buyer.id, "dispute.open", async (tx) => {
      const result = await openDispute(tx, { ...asked, evidence }, desk.actorName);
      const after = { dispute: result.number, call: asked.callId, repeated: result.repeated };
      return { subject: `dispute:${result.id}`, after, result };
    });
    for (const id of [buyer.id, sellerId]) await desk.publish(id, ["disputes", "audit"]);
    return {
      value: opened,
      say: opened.repeated ? `${opened.number} is open for this call already.` : `Opened ${opened.number}.`,
    };
  },
};

const deciding = {
  tenant: { value: "slug", about: "who sold the call and decides", required: true },
} as const;

export const disputeCredit: Command = {
  summary: "Gives back what was charged for a disputed call, or a part of it.",
  words: ["dispute"],
  options: {
    ...deciding,
    amount: { value: "0.50", about: "a part; all that is left of the charge when left out" },
    text: { value: "text", about: "what the customer reads" },
  },
  run: async (desk, given) => {
    const { seller, disputeId } = await named(desk, given);
    const typed = { disputeId, amount: given.text("amount"), text: given.text("text") };
    const { amount, text } = check(creditDisputeSchema, typed);
    const decision = { disputeId, credit: amount ?? null, text };
    await desk.readBelow(seller.id, (tx) => checkCredit(tx, seller.id, decision));
    return decide(desk, seller, "dispute.credit", decision);
  },
};

export const disputeReject: Command = {
  summary: "Rejects a dispute; the charge stays.",
  words: ["dispute"],
  options: { ...deciding, text: { value: "text", about: "why, for the customer to read", required: true } },
  run: async (desk, given) => {
    const { seller, disputeId } = await named(desk, given);
    const { text } = check(rejectDisputeSchema, { disputeId, text: given.text("text") });
    return decide(desk, seller, "dispute.reject", { disputeId, credit: 0n, text });
  },
};

/** The dispute that was named by its number or id, among those of the seller. */
async function named(desk: Desk, given: Given): Promise<{ seller: TenantBelow; disputeId: string }> {
  const seller = await desk.tenant(given.must("tenant"));
  const disputeId = await desk.read(seller.id, (tx) => findDispute(tx, seller.id, given.word(0)));
  return { seller, disputeId };
}

async function decide(
  desk: Desk,
  seller: TenantBelow,
  action: "dispute.credit" | "dispute.reject",
  decision: Parameters<typeof decideDispute>[2],
) {
  const done: Decided = await desk.change(seller.id, action, async (tx) => {
    const result = await decideDispute(tx, seller.id, decision, desk.actorName);
    const { number, callId, state, creditedMicros, currency, transactionId, buyerId } = result;
    const credited = decimalOf(creditedMicros);
    const after = { dispute: number, call: callId, state, credited, currency, transaction: transactionId };
    return { subject: `dispute:${result.id}`, before: { state: "open" }, after, alsoFor: [buyerId], result };
  });
  const { number, state, creditedMicros, currency, transactionId } = done;
  for (const id of [seller.id, done.buyerId]) await desk.publish(id, ["disputes", "balance", "mail", "audit"]);
  const sum = formatMicros(creditedMicros, currency, { exact: true });
  return {
    value: { number, state, currency, creditedMicros, transactionId },
    say: state === "rejected" ? `${number} is rejected.` : `${number}: ${sum} given back.`,
  };
}
