import { endRate } from "@/server/domain/rating/plan-edit";
import { lookUpPrice } from "@/server/domain/rating/price-lookup";
import { newRateSchema, priceQuestionSchema, rateWarnings } from "@/server/domain/rating/rate.schema";
import { auditOfRate, listRates, setRate } from "@/server/domain/rating/rates";
import { DomainError } from "@/server/kernel/errors";
import { check } from "../check";
import { BadInput, type Command } from "../command";
import { planNamed } from "../plan-named";

const plan = { value: "name", about: "the plan", required: true } as const;
const owner = { value: "slug", about: "whose plan, when several tenants have one of that name" } as const;

/** "60:0.05:1": from the 60th second on 0.05 per minute, by the second. */
function stepOf(text: string): Record<"from" | "perMinute" | "increment", string> {
  const [from = "", perMinute = "", increment = "", more] = text.split(":");
  if (more !== undefined || [from, perMinute, increment].includes("")) {
    throw new BadInput(`--step: "${text}" is not understood: write second:price:increment, such as 60:0.05:1.`);
  }
  return { from, perMinute, increment };
}

export const rateSet: Command = {
  summary: "Gives a prefix a price. Without --from it holds from now on, and the present price ends.",
  options: {
    plan,
    prefix: { value: "49", about: "beginning of the number in full form", required: true },
    "per-minute": { value: "0.0125", about: "price of sixty seconds", required: true },
    "connection-fee": { value: "0", about: "paid once per charged call", fallback: "0" },
    destination: { value: "text", about: "what the prefix is called" },
    direction: { value: "out|in", about: "in: what a call to a number of ours costs its tenant", fallback: "out" },
    step: {
      value: "60:0.05:1",
      about: "from that second on another price per minute and billing step; may be given often",
      repeatable: true,
    },
    "min-charge": { value: "0", about: "what a charged call costs at least" },
    "max-charge": { value: "0.12", about: "what a call costs at most" },
    beyond: { value: "cut|free", about: "what becomes of a call at the maximum charge; cut when left out" },
    "free-seconds": { value: "0", about: "seconds at the beginning that cost nothing, the fee apart" },
    days: { value: "mon-fri", about: "days on which it holds, in the plan's zone" },
    hours: { value: "08:00-19:00", about: "hours of the day at which it holds" },
    first: { value: "60", about: "seconds that are billed at least", fallback: "60" },
    next: { value: "6", about: "billing step after that, in seconds", fallback: "6" },
    grace: { value: "0", about: "calls no longer than so many seconds are free", fallback: "0" },
    from: { value: "time", about: "start, such as 2027-01-31T00:00:00Z; a price without an end of its own ends there" },
    to: { value: "time", about: "end, not included" },
    owner,
  },
  run: async (desk, given) => {
    const rate = check(
      newRateSchema,
      {
        prefix: given.text("prefix"),
        perMinute: given.text("per-minute"),
        connectionFee: given.text("connection-fee"),
        firstSeconds: given.text("first"),
        nextSeconds: given.text("next"),
        graceSeconds: given.text("grace"),
        destination: given.text("destination"),
        direction: given.text("direction"),
        steps: given.all("step").map(stepOf),
        minimumCharge: given.text("min-charge"),
        maxCharge: given.text("max-charge"),
        beyond: given.text("beyond"),
        freeSeconds: given.text("free-seconds"),
        week: { days: given.text("days"), hours: given.text("hours") },
        from: given.text("from"),
        to: given.text("to"),
      },
      {
        perMinute: "per-minute",
        connectionFee: "connection-fee",
        firstSeconds: "first",
        nextSeconds: "next",
        graceSeconds: "grace",
        steps: "step",
        minimumCharge: "min-charge",
        maxCharge: "max-charge",
        freeSeconds: "free-seconds",
        week: "hours",
      },
    );
    const named = await planNamed(desk, given.must("plan"), given.text("owner"));
    const set = await desk.change(named.ownerId, "rate.set", async (tx) => {
      const { rate: result, ended } = await setRate(tx, named.ownerId, { ...rate, planId: named.id });
      const after = { plan: named.id, ...auditOfRate(result) };
      const before = ended && { before: { rate: ended.id, ...auditOfRate(ended) } };
      return { subject: `rate:${result.id}`, ...before, after, result };
    });
    const { perMinute, connectionFee, minimumCharge, maxCharge, steps, validFrom, validTo, ...other } = set;
    const money = {
      perMinuteMicros: perMinute,
      connectionFeeMicros: connectionFee,
      minimumChargeMicros: minimumCharge,
      maxChargeMicros: maxCharge,
    };
    const value = {
      ...other,
      ...money,
      steps: steps.map(({ from, perMinute: price, increment }) => ({ from, perMinuteMicros: price, increment })),
      plan: named.name,
      currency: named.currency,
      from: validFrom,
      to: validTo,
      warnings: rateWarnings(rate),
    };
    return { value };
  },
};

export const rateEnd: Command = {
  summary: "Ends the price of a prefix that holds now; with --from takes back the one that was planned for that time.",
  options: {
    plan,
    prefix: { value: "49", about: "as it was set", required: true },
    direction: { value: "out|in", about: "as it was set", fallback: "out" },
    week: { value: "Mon-Fri 08:00-19:00", about: "of several with hours, the one; as rate set answered it" },
    from: { value: "time", about: "of a planned price, its start" },
    owner,
  },
  run: async (desk, given) => {
    const named = await planNamed(desk, given.must("plan"), given.text("owner"));
    const prefix = given.must("prefix").replace(/^\+/, "");
    const [from, week] = [given.text("from"), given.text("week")];
    const start = from === undefined ? undefined : new Date(from).getTime();
    const { items } = await desk.readAll((tx) => listRates(tx, { planId: named.id, prefix, limit: 500 }));
    const found = items.filter(
      (rate) =>
        rate.prefix === prefix &&
        rate.direction === given.text("direction") &&
        (week === undefined || rate.week === week) &&
        (start === undefined ? rate.validFrom.getTime() <= Date.now() : rate.validFrom.getTime() === start),
    );
    const [rate, second] = found;
    if (!rate) throw new DomainError("not_found", { field: "prefix" }, `${named.name} has no such price of ${prefix}.`);
    if (second) {
      const which = found.map((each) => each.week ?? "always").join("; ");
      throw new BadInput(`--week: there are several: ${which}. Name one.`);
    }
    const { planned } = await desk.change(named.ownerId, "rate.end", async (tx) => {
      const result = await endRate(tx, named.ownerId, { planId: named.id, rateId: rate.id });
      const before = { plan: named.id, ...result.before };
      return { subject: `rate:${rate.id}`, before, after: { planned: result.planned }, result };
    });
    const say = planned ? `The planned price of ${prefix} is taken back.` : `The price of ${prefix} ended.`;
    return { value: { id: rate.id, prefix, planned }, say };
  },
};

export const price: Command = {
  summary: "What a call would cost under a plan, and every step of the arithmetic.",
  options: {
    plan,
    to: { value: "number", about: "the number called, in full form", required: true },
    ms: { value: "47000", about: "talk time in milliseconds", required: true },
    at: { value: "time", about: "when the call is answered; now when left out" },
    owner,
  },
  run: async (desk, given) => {
    const question = check(priceQuestionSchema, { to: given.text("to"), ms: given.text("ms"), at: given.text("at") });
    const named = await planNamed(desk, given.must("plan"), given.text("owner"));
    const { prefix, billedSeconds, cost, steps } = await desk.readAll((tx) => lookUpPrice(tx, named.id, question));
    const lines = steps.map(({ label, value }) => `${label}: ${value}`).join("\n");
    return { value: { prefix, billedSeconds, costMicros: cost, steps }, say: `${lines} ${named.currency}` };
  },
};
