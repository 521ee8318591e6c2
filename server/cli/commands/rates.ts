import { lookUpPrice } from "@/server/domain/rating/price-lookup";
import { newRateSchema, priceQuestionSchema } from "@/server/domain/rating/rate.schema";
import { setRate } from "@/server/domain/rating/rates";
import { decimalOf } from "@/server/kernel/money";
import { check } from "../check";
import type { Command } from "../command";
import { planNamed } from "../plan-named";

const plan = { value: "name", about: "the plan", required: true } as const;
const owner = { value: "slug", about: "whose plan, when several tenants have one of that name" } as const;

export const rateSet: Command = {
  summary: "Gives a prefix a price. Without --from it holds from now on, and the present price ends.",
  options: {
    plan,
    prefix: { value: "49", about: "beginning of the number in full form", required: true },
    "per-minute": { value: "0.0125", about: "price of sixty seconds", required: true },
    "connection-fee": { value: "0", about: "paid once per charged call", fallback: "0" },
    first: { value: "60", about: "seconds that are billed at least", fallback: "60" },
    next: { value: "6", about: "billing step after that, in seconds", fallback: "6" },
    grace: { value: "0", about: "calls no longer than so many seconds are free", fallback: "0" },
    from: { value: "time", about: "start, such as 2027-01-31T00:00:00Z; must not overlap another price" },
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
        from: given.text("from"),
        to: given.text("to"),
      },
      {
        perMinute: "per-minute",
        connectionFee: "connection-fee",
        firstSeconds: "first",
        nextSeconds: "next",
        graceSeconds: "grace",
      },
    );
    const named = await planNamed(desk, given.must("plan"), given.text("owner"));
    const set = await desk.change(named.ownerId, "rate.set", async (tx) => {
      const result = await setRate(tx, named.ownerId, { ...rate, planId: named.id });
      const after = {
        plan: named.id,
        prefix: result.prefix,
        perMinute: decimalOf(result.perMinute),
        connectionFee: decimalOf(result.connectionFee),
        increments: `${result.firstSeconds}/${result.nextSeconds}`,
        graceSeconds: result.graceSeconds,
        from: result.validFrom.toISOString(),
        to: result.validTo?.toISOString() ?? null,
      };
      return { subject: `rate:${result.id}`, after, result };
    });
    const { perMinute, connectionFee, validFrom, validTo, ...other } = set;
    const money = { perMinuteMicros: perMinute, connectionFeeMicros: connectionFee };
    return { value: { ...other, ...money, plan: named.name, currency: named.currency, from: validFrom, to: validTo } };
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
