import type { SqlMutation } from "@/test/proof/mutations/mutation";

const CHAIN = "a reseller's reseller below cost is refused, wherever in the chain it is, unless that level agreed";
const CARRIERS =
  "what carriers ask is compared with what the top of a chain pays, unless the operator agreed, and not where nobody knows it";
const MONEY =
  "what is bought in one currency and sold in another is refused, however much it is, unless that level agreed";
const GRACE = "free at first is below cost where the same call is paid for, and not where it is free as well";
const ANSWER = "below cost is what is so at any moment at which somebody may answer";
const BETWEEN = "a price that covers another at its beginning and in the end does so in between";
const REASON = "a call that another level ends is told to nobody as a matter of its own price";
const SLICE = "a call is renewed by the slice of the plan that priced it";
const LOSES = "a reseller: the difference of two prices";

/** Nobody sells below cost. */
export const margins: readonly SqlMutation[] = [
  {
    of: "call_place",
    name: "only the lowest level of a chain is compared with what it pays",
    loses: LOSES,
    find: "FOR i IN 1..n - 1 LOOP\n    CONTINUE",
    replace: "FOR i IN 1..1 LOOP\n    CONTINUE",
    caughtBy: CHAIN,
  },
  {
    of: "call_place",
    name: "who agreed to sell below cost is another level than the one that does",
    loses: LOSES,
    find: "CONTINUE WHEN below_cost[i + 1];",
    replace: "CONTINUE WHEN below_cost[n];",
    caughtBy: CHAIN,
  },
  {
    of: "calls_authorise",
    name: "of calls let through together only the lowest level is compared with what it pays",
    loses: LOSES,
    find: "(b.depth = 0 OR a.sells_below_cost",
    replace: "(b.depth <> 1 OR a.sells_below_cost",
    caughtBy: CHAIN,
  },
  {
    of: "call_place",
    name: "amounts of two currencies are compared as if they were one",
    loses: LOSES,
    find: "IF currencies[i] <> currencies[i + 1] THEN",
    replace: "IF false THEN",
    caughtBy: MONEY,
  },
  {
    of: "calls_authorise",
    name: "of calls let through together amounts of two currencies are compared as if they were one",
    loses: LOSES,
    find: "lag(p.currency) OVER chain = p.currency AND",
    replace: "",
    caughtBy: MONEY,
  },
  {
    of: "hold_charge",
    name: "what is free at first is compared as if it were charged",
    loses: LOSES,
    find: "h.grace_seconds",
    replace: "0",
    caughtBy: GRACE,
  },
  {
    of: "hold_covers",
    name: "what is free at first is no part of a price",
    loses: LOSES,
    find: "sold.grace_seconds <= bought.grace_seconds AND",
    replace: "",
    caughtBy: GRACE,
  },
  {
    of: "calls_authorise",
    name: "of calls let through together what is free at first is no part of a price",
    loses: LOSES,
    find: "AND lag(r.grace_seconds) OVER chain <= r.grace_seconds",
    replace: "",
    caughtBy: GRACE,
  },
  {
    of: "hold_below",
    name: "the prices that take over while it rings are not compared",
    loses: LOSES,
    find: "IF NOT hold_covers(late_sold, late_bought) THEN RETURN true; END IF;",
    replace: "",
    caughtBy: ANSWER,
  },
  {
    of: "hold_below",
    name: "a price that falls before the one above does is not compared with it",
    loses: LOSES,
    find: "RETURN NOT hold_covers(late_sold, bought);",
    replace: "RETURN false;",
    caughtBy: ANSWER,
  },
  {
    of: "hold_below",
    name: "a price that rises after the one above does is not compared with it",
    loses: LOSES,
    find: "RETURN NOT hold_covers(sold, late_bought);",
    replace: "RETURN false;",
    caughtBy: ANSWER,
  },
  {
    of: "hold_covers",
    name: "prices are compared by the second that begins a call",
    loses: LOSES,
    find: "n := 1 + greatest(n,",
    replace: "n := 14400 + greatest(n,",
    caughtBy: BETWEEN,
  },
  {
    of: "hold_covers",
    name: "prices are compared before a minimum is used up",
    loses: LOSES,
    find: "price_affordable(sold.minimum_charge_micros, 14400,",
    replace: "price_affordable(0, 14400,",
    caughtBy: BETWEEN,
  },
  {
    of: "call_place",
    name: "what ends at a provider's price is told as one's own",
    loses: "the provider's secret, and the customer's trust",
    find: "CASE WHEN h.level > 0 THEN 'BAL-03' WHEN h.beyond = 'cut' AND h.max_charge_micros < net_within(budgets[i], h.tax_ppm) THEN 'RAT-03' ELSE",
    replace:
      "CASE WHEN h.beyond = 'cut' AND h.max_charge_micros < net_within(budgets[i], h.tax_ppm) THEN 'RAT-03' WHEN h.level > 0 THEN 'BAL-03' ELSE",
    caughtBy: REASON,
  },
  {
    of: "call_renew",
    name: "what a provider's price does not renew is told as one's own",
    loses: "the provider's secret, and the customer's trust",
    find: "CASE WHEN h.level > 0 THEN 'BAL-03' WHEN",
    replace: "CASE WHEN",
    caughtBy: REASON,
  },
  {
    of: "call_renew",
    name: "every call is renewed by the same slice",
    loses: "who set a short one: what is talked between two looks",
    find: "slice := (hs[1]).slice_seconds;",
    replace: "slice := 300;",
    caughtBy: SLICE,
  },
  {
    of: "calls_authorise",
    name: "calls let through together forget their slice",
    loses: "who set a short one: what is talked between two looks",
    find: "p.beyond, p.slice_seconds, p.tax_ppm, p.plan_id FROM placed p",
    replace: "p.beyond, 300, p.tax_ppm, p.plan_id FROM placed p",
    caughtBy: SLICE,
  },
  {
    of: "call_place",
    name: "any number of calls begins in one second",
    loses: "what a machine dials before anybody looks",
    find: "IF second >= t.max_calls_per_second THEN",
    replace: "IF false THEN",
    caughtBy: "calls let through together share what is there and count each other",
  },
  {
    of: "calls_authorise",
    name: "calls let through together are not counted by the second",
    loses: "what a machine dials before anybody looks",
    find: "AND t.max_calls_per_second IS NULL",
    replace: "",
    caughtBy: "calls let through together share what is there and count each other",
  },
  {
    of: "call_place",
    name: "the operator sells below what carriers ask",
    loses: "the operator: the difference of two prices",
    find: "ELSIF hold_below(hs[n], h) THEN",
    replace: "ELSIF false THEN",
    caughtBy: CARRIERS,
  },
  {
    of: "calls_authorise",
    name: "of calls let through together none is compared with what carriers ask",
    loses: "the operator: the difference of two prices",
    find: "(v_cost IS NULL OR lead(a.id)",
    replace: "(true OR lead(a.id)",
    caughtBy: CARRIERS,
  },
  {
    of: "calls_authorise",
    name: "what carriers ask in another currency is compared as if it were the same",
    loses: "the operator: what the two currencies differ by",
    find: "(p.currency = v_cost_currency AND k.hours",
    replace: "(k.hours",
    caughtBy: CARRIERS,
  },
  {
    of: "carrier_price",
    name: "what carriers ask in a moment is not looked at",
    loses: "the operator: the difference of two prices",
    find: "IF cardinality(rates) > 1 THEN",
    replace: "IF false THEN",
    caughtBy: CARRIERS,
  },
];
