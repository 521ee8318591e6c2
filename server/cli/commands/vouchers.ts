import { z } from "zod";
import { voucherBatchSchema, voucherCodeSchema } from "@/server/domain/vouchers/voucher.schema";
import { voucherKeyOf } from "@/server/domain/vouchers/voucher-code.rules";
import { createVouchers, listVouchers, redeemVoucher, revokeVouchers } from "@/server/domain/vouchers/vouchers";
import { decimalOf, formatMicros } from "@/server/kernel/money";
import { check, checkCount } from "../check";
import { BadInput, type Command } from "../command";
import type { Desk } from "../desk";

const seller = { value: "slug", about: "who sells them; the operator when left out" } as const;

export const voucherCreate: Command = {
  summary:
    "Makes codes that are worth credit, up to the limit for 24 hours above which two people decide in the portal, and prints them this once; without --json as a CSV file.",
  options: {
    tenant: seller,
    count: { value: "100", about: "how many codes, at most 10000", required: true },
    amount: { value: "10.00", about: "what each is worth", required: true },
    expires: { value: "2027-12-31", about: "the last moment, as a day or an ISO time", required: true },
    currency: { value: "EUR", about: "the seller's own when left out" },
    prefix: { value: "SUMMER", about: "what the codes begin with, at most eight letters and digits" },
    note: { value: "text", about: "for the list of batches" },
  },
  run: async (desk, given) => {
    const expires = given.must("expires");
    const expiresAt = new Date(/^\d{4}-\d\d-\d\d$/.test(expires) ? `${expires}T23:59:59Z` : expires);
    if (Number.isNaN(expiresAt.getTime())) throw new BadInput("--expires: a day such as 2027-12-31.");
    const texts = Object.fromEntries(["amount", "currency", "prefix", "note"].map((name) => [name, given.text(name)]));
    const count = checkCount("count", given.text("count"), 1);
    const input = check(voucherBatchSchema, { ...texts, count, expiresAt });
    const id = await sellerOf(desk, given.text("tenant"));
    const batch = await desk.change(id, "voucher.create", async (tx) => {
      const result = await createVouchers(tx, id, input, {
        key: keyOf(desk),
        actor: desk.actorName,
        limit: desk.place.topUpApprovalLimit,
      });
      const after = {
        count,
        amount: decimalOf(input.amount),
        currency: result.currency,
        prefix: input.prefix,
        expires: expiresAt.toISOString(),
      };
      return { subject: `voucher_batch:${result.id}`, after, result };
    });
    const { csv, ...value } = batch;
    return { value: { batchId: value.id, ...value, id: undefined }, say: csv.trimEnd() };
  },
};

export const voucherList: Command = {
  summary: "A seller's batches of codes, the newest first, with what became of them. No codes.",
  options: { tenant: seller },
  run: async (desk, given) => {
    const id = await sellerOf(desk, given.text("tenant"));
    return { value: await desk.read(id, (tx) => listVouchers(tx, id, desk.actorName)) };
  },
};

export const voucherRevoke: Command = {
  summary: "Makes the unused codes of a batch worthless. A repeat changes nothing.",
  options: { tenant: seller, batch: { value: "id", about: "as voucher list names it", required: true } },
  run: async (desk, given) => {
    const { batch } = check(z.object({ batch: z.uuid("The id of a batch.") }), { batch: given.text("batch") });
    const id = await sellerOf(desk, given.text("tenant"));
    const revoked = await desk.change(id, "voucher.revoke", async (tx) => {
      const result = await revokeVouchers(tx, batch);
      return { subject: `voucher_batch:${batch}`, after: { revoked: result }, result };
    });
    return { value: { batchId: batch, revoked }, say: `${revoked} unused codes are worthless now.` };
  },
};

export const voucherRedeem: Command = {
  summary: "Uses a code up and credits a tenant's wallet. A code counts once.",
  options: {
    tenant: { value: "slug", about: "whose wallet", required: true },
    code: { value: "code", about: "as it was printed", required: true },
  },
  run: async (desk, given) => {
    const { code } = check(z.object({ code: voucherCodeSchema }), { code: given.text("code") });
    const { id, slug } = await desk.tenant(given.must("tenant"));
    const redeemed = await desk.change(id, "voucher.redeem", async (tx) => {
      const result = await redeemVoucher(tx, code, { key: keyOf(desk), actor: desk.actorName });
      const { amountMicros, currency, transactionId } = result;
      const after = { amount: decimalOf(amountMicros), currency, transaction: transactionId };
      return { subject: `tenant:${id}`, after, result };
    });
    await desk.publish(id, ["balance", "audit"]);
    const worth = formatMicros(redeemed.amountMicros, redeemed.currency);
    return { value: { tenant: slug, ...redeemed }, say: `${slug} was credited ${worth}.` };
  },
};

async function sellerOf(desk: Desk, slug: string | undefined) {
  return slug === undefined ? desk.operator() : (await desk.tenant(slug)).id;
}

function keyOf(desk: Desk): string {
  const secret = desk.place.secrets["AUTH_SECRET"];
  if (secret === undefined)
    throw new BadInput("AUTH_SECRET: is required, because the digests of codes are made with it.");
  return voucherKeyOf(secret);
}
