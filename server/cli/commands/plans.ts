import { newPlanSchema } from "@/server/domain/rating/plan.schema";
import { assignPlan, createPlan, listPlans } from "@/server/domain/rating/plans";
import { listTree } from "@/server/domain/tenancy/tenants";
import { check } from "../check";
import type { Command } from "../command";
import { planFor } from "../plan-named";

export const planCreate: Command = {
  summary: "Makes an empty plan; give it prices with rate set.",
  options: {
    name: { value: "text", about: "what the plan is called", required: true },
    currency: { value: "EUR", about: "currency of its prices", required: true },
    owner: { value: "slug", about: "the reseller whose plan it is; the operator's when left out" },
  },
  run: async (desk, given) => {
    const plan = check(newPlanSchema, { name: given.text("name"), currency: given.text("currency") });
    const owner = given.text("owner");
    const ownerId = owner === undefined ? await desk.operator() : (await desk.tenant(owner)).id;
    const id = await desk.change(ownerId, "plan.create", async (tx) => {
      const result = await createPlan(tx, ownerId, plan);
      return { subject: `plan:${result}`, after: { name: plan.name, currency: plan.currency }, result };
    });
    return { value: { id, name: plan.name, currency: plan.currency }, say: `Made the plan ${plan.name}.` };
  },
};

export const planList: Command = {
  summary: "All plans, the newest first, with how many prefixes have a price and how many tenants buy.",
  options: {},
  run: async (desk) => {
    const operator = await desk.operator();
    const plans = await desk.readAll(async (tx) => {
      const all = [];
      for (const { id, slug } of await listTree(tx, operator)) {
        for (const plan of await listPlans(tx, id)) if (plan.own) all.push({ ...plan, owner: slug });
      }
      return all;
    });
    const newestFirst = plans.toSorted((a, b) => b.createdAt.getTime() - a.createdAt.getTime());
    return { value: newestFirst.map(({ own: _, ...plan }) => plan) };
  },
};

export const planAssign: Command = {
  summary: "Puts a tenant on a plan of somebody above it. Calls in progress keep their price.",
  options: {
    tenant: { value: "slug", about: "who buys", required: true },
    plan: { value: "name", about: "the plan", required: true },
  },
  run: async (desk, given) => {
    const buyer = await desk.tenant(given.must("tenant"));
    const plan = await planFor(desk, given.must("plan"), buyer);
    await desk.change(plan.ownerId, "plan.assign", async (tx) => {
      const { before, after } = await assignPlan(tx, plan.ownerId, { planId: plan.id, buyerId: buyer.id });
      return {
        subject: `tenant:${buyer.id}`,
        before: { plan: before },
        after: { plan: after },
        alsoFor: [buyer.id],
        result: undefined,
      };
    });
    await desk.publish(buyer.id, ["tenants", "audit"]);
    return { value: { tenant: buyer.slug, plan: plan.name }, say: `${buyer.slug} buys under ${plan.name} now.` };
  },
};
