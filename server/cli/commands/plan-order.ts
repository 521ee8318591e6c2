import { z } from "zod";

import { assignPlan } from "@/server/domain/rating/plans";
import { addPlan, listBoughtPlans, removePlan } from "@/server/domain/rating/tenant-plans";
import { DomainError } from "@/server/kernel/errors";
import { check } from "../check";
import type { Command } from "../command";
import { planFor } from "../plan-named";

const options = {
  tenant: { value: "slug", about: "who buys", required: true },
  plan: { value: "name", about: "the plan", required: true },
} as const;
const prioritySchema = z.object({
  priority: z
    .string()
    .regex(/^[1-9]\d?$/, "A whole number from 1 to 99.")
    .transform(Number)
    .optional(),
});

export const planAssign: Command = {
  summary: "Puts a tenant on a plan of somebody above it. Calls in progress keep their price.",
  options: {
    ...options,
    priority: { value: "1", about: "adds it before the standing plan, 1 first; without, it becomes the standing one" },
  },
  run: async (desk, given) => {
    const { priority } = check(prioritySchema, { priority: given.text("priority") });
    const buyer = await desk.tenant(given.must("tenant"));
    const plan = await planFor(desk, given.must("plan"), buyer);
    await desk.change(plan.ownerId, "plan.assign", async (tx) => {
      const to = { planId: plan.id, buyerId: buyer.id };
      const done = { subject: `tenant:${buyer.id}`, alsoFor: [buyer.id], result: undefined };
      if (priority === undefined) {
        const { before, after } = await assignPlan(tx, plan.ownerId, to);
        return { ...done, before: { plan: before }, after: { plan: after } };
      }
      const { before } = await addPlan(tx, plan.ownerId, { ...to, priority });
      const was = { plan: before === null ? null : plan.id, priority: before };
      return { ...done, before: was, after: { plan: plan.id, priority } };
    });
    await desk.publish(buyer.id, ["tenants", "audit"]);
    return {
      value: { tenant: buyer.slug, plan: plan.name, ...(priority === undefined ? {} : { priority }) },
      say: `${buyer.slug} buys under ${plan.name} now${priority === undefined ? "" : `, asked as number ${priority}`}.`,
    };
  },
};

export const planUnassign: Command = {
  summary: "Takes a plan away from a tenant. Without any plan its calls have no price and are refused.",
  options,
  run: async (desk, given) => {
    const buyer = await desk.tenant(given.must("tenant"));
    const plan = await planFor(desk, given.must("plan"), buyer);
    await desk.change(plan.ownerId, "plan.unassign", async (tx) => {
      const had = await removePlan(tx, plan.ownerId, { planId: plan.id, buyerId: buyer.id });
      if (!had) throw new DomainError("not_found", { field: "plan" }, `${buyer.slug} does not buy by ${plan.name}.`);
      const [before, after] = [{ plan: plan.id }, { plan: null }];
      return { subject: `tenant:${buyer.id}`, before, after, alsoFor: [buyer.id], result: undefined };
    });
    await desk.publish(buyer.id, ["tenants", "audit"]);
    const left = await desk.readAll(async (tx) => listBoughtPlans(tx, buyer.id, await desk.operator()));
    return {
      value: { tenant: buyer.slug, plan: plan.name, left: left.map(({ name, priority }) => ({ name, priority })) },
      say: `${buyer.slug} does not buy by ${plan.name} any more${left.length === 0 ? "; it has no plan left" : ""}.`,
    };
  },
};
