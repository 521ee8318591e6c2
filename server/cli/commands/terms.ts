import { creditLimitSchema } from "@/server/domain/billing/billing.schema";
import { percentOf, taxSchema } from "@/server/domain/billing/tax.schema";
import { getTerms, setCreditLimit, setTax } from "@/server/domain/billing/terms";
import { setBelowCost } from "@/server/domain/limits/limits";
import { decimalOf, formatMicros } from "@/server/kernel/money";
import { check } from "../check";
import { BadInput, type Command } from "../command";

const tenant = { value: "slug", about: "who buys on these terms", required: true } as const;

export const creditSet: Command = {
  summary: "Sets how far a tenant may go below nothing, out of the limit of the one directly above it.",
  options: { tenant, limit: { value: "100.00", about: "0 takes the credit away", required: true } },
  run: async (desk, given) => {
    const { limit } = check(creditLimitSchema, { limit: given.text("limit") });
    const buyer = await desk.tenant(given.must("tenant"));
    const operatorId = await desk.operator();
    const before = await desk.change(operatorId, "billing.set_credit_limit", async (tx) => {
      const result = await setCreditLimit(tx, buyer, limit);
      const others = [buyer.parentId, buyer.id].filter((id) => id !== null);
      return {
        subject: `tenant:${buyer.id}`,
        before: { creditLimit: decimalOf(result) },
        after: { creditLimit: decimalOf(limit), currency: buyer.currency },
        alsoFor: others.filter((id) => id !== operatorId),
        result,
      };
    });
    await desk.publish(buyer.id, ["balance", "audit"]);
    return {
      value: { tenant: buyer.slug, currency: buyer.currency, creditLimitMicros: limit, beforeMicros: before },
      say: `${buyer.slug} may go ${formatMicros(limit, buyer.currency, { exact: true })} below nothing.`,
    };
  },
};

export const taxSet: Command = {
  summary: "Sets the tax that is added to each charge of a tenant, from its next call on.",
  options: {
    tenant,
    percent: { value: "19", about: "0 to 100, at most four decimals", required: true },
    name: { value: "VAT", about: "what it is called in ledger and statements" },
  },
  run: async (desk, given) => {
    const tax = check(taxSchema, { percent: given.text("percent"), name: given.text("name") });
    const buyer = await desk.tenant(given.must("tenant"));
    const after = { percent: percentOf(tax.percent), name: tax.name };
    await desk.change(await desk.operator(), "billing.set_tax", async (tx) => {
      const before = await setTax(tx, buyer.id, tax);
      return {
        subject: `tenant:${buyer.id}`,
        before: { percent: percentOf(before.ppm), name: before.name },
        after,
        alsoFor: [buyer.id],
        result: undefined,
      };
    });
    await desk.publish(buyer.id, ["balance", "audit"]);
    return { value: { tenant: buyer.slug, ...after }, say: `${buyer.slug} pays ${after.percent} % on top.` };
  },
};

export const termsSet: Command = {
  summary: "Whether a seller lets calls through that it pays more for than it earns; without it they are refused.",
  options: {
    tenant: { value: "slug", about: "who sells", required: true },
    "below-cost": { value: "yes|no", about: "yes lets them through, at this tenant's loss", required: true },
  },
  run: async (desk, given) => {
    const told = given.must("below-cost");
    if (told !== "yes" && told !== "no") throw new BadInput("--below-cost is yes or no.");
    const { id, slug } = await desk.tenant(given.must("tenant"));
    const allowed = told === "yes";
    const before = await desk.change(id, "limits.set_below_cost", async (tx) => {
      const result = await setBelowCost(tx, allowed);
      return {
        subject: `tenant:${id}`,
        before: { sellsBelowCost: result },
        after: { sellsBelowCost: allowed },
        result,
      };
    });
    await desk.publish(id, ["balance", "audit"]);
    return {
      value: { tenant: slug, sellsBelowCost: allowed, before },
      say: allowed ? `${slug} sells below cost from the next call on.` : `${slug} sells nothing below cost.`,
    };
  },
};

export const termsShow: Command = {
  summary: "A tenant's credit limit, what is used and given on of it, and the tax on its charges.",
  options: { tenant },
  run: async (desk, given) => {
    const { id } = await desk.tenant(given.must("tenant"));
    return { value: await desk.readAll((tx) => getTerms(tx, id)) };
  },
};
