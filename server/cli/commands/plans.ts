import { markupSchema, newPlanSchema, planEditSchema } from "@/server/domain/rating/plan.schema";
import { editPlan } from "@/server/domain/rating/plan-edit";
import { createPlan, listPlans } from "@/server/domain/rating/plans";
import { listTree } from "@/server/domain/tenancy/tenants";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";
import { check } from "../check";
import { BadInput, type Command, type Given } from "../command";
import type { Desk } from "../desk";
import { planNamed } from "../plan-named";

async function markupOf(desk: Desk, given: Given, ownerId: TenantId): Promise<Record<string, unknown> | undefined> {
  const [factor, base] = [given.text("markup"), given.text("base")];
  if (factor === undefined) {
    const lonely = ["base", "fee-per-minute", "fee-per-call", "floor"].find((name) => given.text(name) !== undefined);
    if (lonely !== undefined) throw new BadInput(`--${lonely} wants --markup beside it.`);
    return undefined;
  }
  const plans = base === undefined ? [] : await desk.read(ownerId, (tx) => listPlans(tx, ownerId));
  const found = plans.find(({ name }) => name === base);
  if (base !== undefined && !found) {
    throw new DomainError("not_found", { field: "base" }, `The owner neither has nor buys by a plan called "${base}".`);
  }
  const typed = {
    basePlanId: found?.id,
    factor,
    perMinuteFee: given.text("fee-per-minute"),
    callFee: given.text("fee-per-call"),
    floorPerMinute: given.text("floor"),
  };
  const names = { factor: "markup", perMinuteFee: "fee-per-minute", callFee: "fee-per-call", floorPerMinute: "floor" };
  check(markupSchema, typed, names);
  return typed;
}

export const planCreate: Command = {
  summary: "Makes an empty plan; give it prices with rate set.",
  options: {
    name: { value: "text", about: "what the plan is called", required: true },
    currency: { value: "EUR", about: "currency of its prices", required: true },
    owner: { value: "slug", about: "the reseller whose plan it is; the operator's when left out" },
    slice: { value: "300", about: "seconds that one hold pays for; 300 when left out" },
    "margin-floor": { value: "8", about: "percent of a price that decks are to leave above what is paid" },
    "time-zone": { value: "Europe/Berlin", about: "in which hours of the week are counted; UTC when left out" },
    markup: { value: "1.25", about: "makes a markup: what the base asks, times this" },
    base: { value: "name", about: "the plan it starts from; what the owner buys by when left out" },
    "fee-per-minute": { value: "0.002", about: "added to each price per minute" },
    "fee-per-call": { value: "0.01", about: "added to each connection fee" },
    floor: { value: "0.005", about: "the least price per minute" },
  },
  run: async (desk, given) => {
    const owner = given.text("owner");
    const ownerId = owner === undefined ? await desk.operator() : (await desk.tenant(owner)).id;
    const markup = await markupOf(desk, given, ownerId);
    const plan = check(
      newPlanSchema,
      {
        name: given.text("name"),
        currency: given.text("currency"),
        timeZone: given.text("time-zone"),
        sliceSeconds: given.text("slice"),
        marginFloor: given.text("margin-floor"),
        markup,
      },
      { timeZone: "time-zone", sliceSeconds: "slice", marginFloor: "margin-floor" },
    );
    const id = await desk.change(ownerId, "plan.create", async (tx) => {
      const result = await createPlan(tx, ownerId, plan);
      return { subject: `plan:${result}`, after: { name: plan.name, currency: plan.currency }, result };
    });
    return { value: { id, name: plan.name, currency: plan.currency }, say: `Made the plan ${plan.name}.` };
  },
};

export const planSet: Command = {
  summary:
    "Changes what a plan says besides its prices; what is left out stays. Calls in progress keep what they began with.",
  options: {
    plan: { value: "name", about: "the plan", required: true },
    owner: { value: "slug", about: "whose plan, when several tenants have one of that name" },
    name: { value: "text", about: "what it is called from now on; charges keep the name of then" },
    slice: { value: "300", about: "seconds that one hold pays for" },
    "margin-floor": { value: "8", about: "percent of a price that decks are to leave above what is paid" },
    markup: { value: "1.25", about: "of a markup: what the base asks, times this" },
    "fee-per-minute": { value: "0.002", about: "of a markup: added to each price per minute" },
    "fee-per-call": { value: "0.01", about: "of a markup: added to each connection fee" },
    floor: { value: "0.005", about: "of a markup: the least price per minute" },
  },
  run: async (desk, given) => {
    const named = await planNamed(desk, given.must("plan"), given.text("owner"));
    const edit = check(
      planEditSchema,
      {
        planId: named.id,
        name: given.text("name"),
        sliceSeconds: given.text("slice"),
        marginFloor: given.text("margin-floor"),
        factor: given.text("markup"),
        perMinuteFee: given.text("fee-per-minute"),
        callFee: given.text("fee-per-call"),
        floorPerMinute: given.text("floor"),
      },
      {
        ...{ sliceSeconds: "slice", marginFloor: "margin-floor", factor: "markup", perMinuteFee: "fee-per-minute" },
        ...{ callFee: "fee-per-call", floorPerMinute: "floor" },
      },
    );
    const changed = await desk.change(named.ownerId, "plan.edit", async (tx) => {
      const result = await editPlan(tx, named.ownerId, edit);
      return { subject: `plan:${named.id}`, ...result, result };
    });
    return { value: { plan: named.name, ...changed } };
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
