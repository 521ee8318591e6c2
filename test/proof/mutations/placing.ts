import type { SqlMutation } from "@/test/proof/mutations/mutation";

const HELD = "calls let through together hold at every level what each may cost";
const SHARED = "calls let through together share what is there and count each other";
const REFUSED = "no call is let through together that would be refused alone";
const RINGS = "of calls let through together, one that rings into another price holds the dearer one";
const together = { of: "calls_authorise" } as const;

/** Many calls in one statement. */
export const placingTogether: readonly SqlMutation[] = [
  {
    ...together,
    name: "calls let through together lock nothing away",
    loses: "everything that calls at the same time talk beyond what is there",
    find: "SET held_micros = w.held_micros + x.gross",
    replace: "SET held_micros = w.held_micros",
    caughtBy: HELD,
  },
  {
    ...together,
    name: "the tax of calls let through together is not held",
    loses: "the tax, where money is short",
    find: "e.net + tax_on(e.net, p.tax_ppm) AS gross",
    replace: "e.net AS gross",
    caughtBy: HELD,
  },
  {
    ...together,
    name: "of calls let through together the shortest prefix wins",
    loses: "the difference to every dearer destination",
    find: "ORDER BY v.prefix DESC, (v.hours IS NOT NULL) DESC",
    replace: "ORDER BY v.prefix, (v.hours IS NOT NULL) DESC",
    caughtBy: HELD,
  },
  {
    ...together,
    name: "calls let through together do not see each other's money",
    loses: "the answer to all of them: the wallet refuses",
    find: "v.ordinary AND v.upto <= v.available",
    replace: "v.ordinary AND v.gross <= v.available",
    caughtBy: SHARED,
  },
  {
    ...together,
    name: "calls let through together do not count each other",
    loses: "the bound of calls at once",
    find: "max(t.open_calls[1]) OVER (PARTITION BY t.tenant_id) + t.of_tenant",
    replace: "max(t.open_calls[1]) OVER (PARTITION BY t.tenant_id) + 1",
    caughtBy: SHARED,
  },
  {
    ...together,
    name: "calls let through together may be any number at once",
    loses: "the bound of calls at once",
    find: "t.calls <= t.max_calls AND t.calls_here <= t.extension_calls AND",
    replace: "t.calls_here <= t.extension_calls AND",
    caughtBy: SHARED,
  },
  {
    ...together,
    name: "calls of a suspended tenant, or below one, are let through together",
    loses: "what is talked after somebody stopped it",
    find: "a.state = 'active' AND p.kind <> 'markup'",
    replace: "p.kind <> 'markup'",
    caughtBy: REFUSED,
  },
  {
    ...together,
    name: "calls let through together go beyond every cap",
    loses: "everything beyond a day's cap",
    find: "coalesce(t.daily_cap_micros, t.monthly_cap_micros,",
    replace: "coalesce(t.monthly_cap_micros,",
    caughtBy: REFUSED,
  },
  {
    ...together,
    name: "calls let through together reach closed countries",
    loses: "calls to wherever fraud goes",
    find: "EXISTS (SELECT FROM destination d WHERE d.tenant_id = t.id AND d.country = u.country AND d.normal)",
    replace: "true",
    caughtBy: REFUSED,
  },
  {
    ...together,
    name: "calls let through together are sold below cost",
    loses: "the reseller: the difference of the two prices",
    find: "lag(r.per_minute_micros) OVER chain >= r.per_minute_micros AND",
    replace: "",
    caughtBy: REFUSED,
  },
  {
    ...together,
    name: "calls let through together pass a block",
    loses: "what an incident's containment should have stopped",
    find: "call_blocked(t.id, x.id, 'out', u.e164, u.address) IS NULL",
    replace: "true",
    caughtBy: REFUSED,
  },
  {
    ...together,
    name: "calls let through together keep the price of the moment of dialling",
    loses: "the difference, when somebody answers after the change",
    find: "coalesce(upper(r.valid) > t.at + interval '2 minutes', true)",
    replace: "true",
    caughtBy: RINGS,
  },
  {
    ...together,
    name: "calls let through together have the price of soon",
    loses: "the difference, when somebody answers before the change",
    find: "lower(r.valid) <= t.at AND",
    replace: "",
    caughtBy: RINGS,
  },
];
