import type { SqlMutation } from "@/test/proof/mutations/mutation";

const MARKUP = "a markup is the price below times the factor, rounded up, and the fees, and not under its floor";
const HOURS =
  "hours of the week are those of the plan's zone, and both prices are held while it is open which one holds";

/** Which price a plan asks. */
export const planning: readonly SqlMutation[] = [
  {
    of: "times_ppm",
    name: "a markup is rounded down",
    loses: "a micro of nearly every price",
    find: "ceil(p_amount::numeric * p_ppm / 1000000)",
    replace: "floor(p_amount::numeric * p_ppm / 1000000)",
    caughtBy: MARKUP,
  },
  {
    of: "rate_marked_up",
    name: "a markup has no floor",
    loses: "the difference where the base is cheap",
    find: "greatest(times_ppm(r.per_minute_micros, p.factor_ppm) + p.per_minute_fee_micros, p.floor_per_minute_micros)",
    replace: "times_ppm(r.per_minute_micros, p.factor_ppm) + p.per_minute_fee_micros",
    caughtBy: MARKUP,
  },
  {
    of: "rate_marked_up",
    name: "a markup's fee for the call is forgotten",
    loses: "the fee of every call",
    find: "times_ppm(r.connection_fee_micros, p.factor_ppm) + p.call_fee_micros",
    replace: "times_ppm(r.connection_fee_micros, p.factor_ppm)",
    caughtBy: MARKUP,
  },
  {
    of: "rates_of_plan",
    name: "a markup goes before the price that its plan has itself",
    loses: "the difference of the two prices",
    find: "(now_rate.id IS NULL OR length(r.prefix) > length(now_rate.prefix))",
    replace: "(true)",
    caughtBy: "a markup's own price for as many digits goes before what it would add to",
  },
  {
    of: "rates_of_plan",
    name: "a price for some hours holds in all of them",
    loses: "the difference of the two prices, all week",
    find: "(r.hours IS NULL OR r.hours @> minute_now)",
    replace: "(true)",
    caughtBy: HOURS,
  },
  {
    of: "rates_of_plan",
    name: "the price of the next hour is not put aside for",
    loses: "the difference, when somebody answers after the hour",
    find: "(r.hours IS NULL OR r.hours @> minute_late)",
    replace: "(r.hours IS NULL OR r.hours @> minute_now)",
    caughtBy: HOURS,
  },
  {
    of: "minute_of_week",
    name: "hours are those of no zone",
    loses: "the difference of the two prices, for some hours of each day",
    find: "extract(hour FROM p_at AT TIME ZONE p_zone)",
    replace: "extract(hour FROM p_at AT TIME ZONE 'UTC')",
    caughtBy: HOURS,
  },
];
