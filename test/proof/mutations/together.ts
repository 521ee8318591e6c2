import type { SqlMutation } from "@/test/proof/mutations/mutation";

const CHARGED = "ends told together are charged at every level, each once, in one chain of balances";
const SHORT = "one that talked for more than is there is charged what is there, and those beside it in full";
const COUNTED = "a bundle's seconds are used by all that end together, and what they spent counts towards a cap";
const together = { of: "calls_settle" } as const;

/** Many ends in one statement. */
export const settlingTogether: readonly SqlMutation[] = [
  {
    ...together,
    name: "holds of ends told together are released by what was charged only",
    loses: "the customer: money stays held for ever",
    find: "sum(held) AS held, sum(net + tax) AS spent",
    replace: "sum(net + tax) AS held, sum(net + tax) AS spent",
    caughtBy: CHARGED,
  },
  {
    ...together,
    name: "tax of ends told together is written down and not taken",
    loses: "the tax of every charge",
    find: "sum(net + tax) AS spent",
    replace: "sum(net) AS spent",
    caughtBy: CHARGED,
  },
  {
    ...together,
    name: "balances of ends told together do not follow each other",
    loses: "the chain of balances",
    find: "w.posted_micros - sum(x.net + x.tax) OVER upto AS posted_after",
    replace: "w.posted_micros - (x.net + x.tax) AS posted_after",
    caughtBy: CHARGED,
  },
  {
    ...together,
    name: "an end told with others is settled again when it is told again",
    loses: "the customer: everything twice, or the ends beside it never",
    find: "array_agg(l.place) FILTER (WHERE l.state <> 'ended')",
    replace: "array_agg(l.place)",
    caughtBy: CHARGED,
  },
  {
    ...together,
    name: "revenue of ends told together is booked to the buyer",
    loses: "the seller's books",
    find: "(x.seller, 2, 'revenue'",
    replace: "(x.tenant_id, 2, 'revenue'",
    caughtBy: CHARGED,
  },
  {
    ...together,
    name: "a record among ends told together shows the price of any level",
    loses: "the reseller's secret, and the customer's trust",
    find: "CASE WHEN y.level = 0 THEN y.net END AS cost",
    replace: "max(y.net) OVER (PARTITION BY y.wallet_id) AS cost",
    caughtBy: CHARGED,
  },
  {
    ...together,
    name: "an end beyond what is there is no case of its own",
    loses: "the ends told with it can never be written",
    find: "m.net + x.tax > h.held_micros OR ",
    replace: "",
    caughtBy: SHORT,
  },
  {
    ...together,
    name: "free seconds stay kept by calls that ended together",
    loses: "the customer: a bundle that empties itself",
    find: "SET held = u.held - x.held, used = u.used + x.used",
    replace: "SET used = u.used + x.used",
    caughtBy: COUNTED,
  },
  {
    ...together,
    name: "what ends told together spent counts towards no cap",
    loses: "everything beyond a day's cap",
    find: "x.extension_id, sum(x.net + x.tax), count(*)",
    replace: "x.extension_id, 0, count(*)",
    caughtBy: COUNTED,
  },
  {
    ...together,
    name: "an answer that nobody reported keeps the earlier price when ends are told together",
    loses: "the difference of two prices",
    find: " OR (h.late IS NOT NULL AND e.talk_ms > 0)",
    replace: "",
    caughtBy: "an answer that is known from an end told with others chooses the price of its moment",
  },
];
