import { type CallSort, callSorts } from "@/server/domain/calls/call-sort.schema";

export const outcomes = ["answered", "no_answer", "busy", "failed", "blocked", "cancelled"] as const;
export type Outcome = (typeof outcomes)[number];

export const directions = ["out", "in", "internal"] as const;
export type Direction = (typeof directions)[number];

export const scopes = ["own", "below"] as const;

/** The filter of the calls list as it stands in the address: scope, tenant, q, outcome, reason, direction, country, extension, cost, seconds, from, to, sort, before. */
export type CallFilter = Readonly<{
  /** Whose calls; nothing said: those of all below, where there are tenants below. */
  scope?: (typeof scopes)[number];
  /** The short name of a tenant below. */
  tenant?: string;
  text?: string;
  outcome?: Outcome;
  /** A code such as CAP-01. */
  reason?: string;
  direction?: Direction;
  /** Of the number called: DE. */
  country?: string;
  extensionId?: string;
  /** The least that it cost, 0.50, and the least seconds that were talked. */
  minCost?: string;
  minSeconds?: number;
  /** First and last day, as the tenant's calendar has them: 2026-11-21. */
  from?: string;
  to?: string;
  /** Where it is not the usual one. */
  sort?: CallSort;
  cursor?: string;
}>;

type Source = Readonly<{ get: (name: string) => string | null }>;

const CURSOR = /^\d{1,18}_[0-9a-f-]{36}$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const matching = (text: string | undefined, form: RegExp): string | undefined =>
  text !== undefined && form.test(text) ? text : undefined;
const isDirection = (text: string | undefined): text is Direction =>
  (directions as readonly (string | undefined)[]).includes(text);
const isOutcome = (text: string): text is Outcome => (outcomes as readonly string[]).includes(text);

/** Reads the filter; what is not understood counts as not given, because addresses are typed and pasted. */
export function readCallFilter(params: Source): CallFilter {
  const at = (name: string) => params.get(name)?.trim() || undefined;
  const outcome = at("outcome");
  const direction = at("direction");
  const seconds = matching(at("seconds"), /^\d{1,6}$/);
  const extensionId = matching(at("extension"), UUID);
  // A phone is chosen among the tenant's own: whoever sells sees it in the bar, and takes it out there, among own calls only.
  const scope = extensionId === undefined ? scopes.find((one) => one === at("scope")) : "own";
  const read = {
    scope,
    tenant: scope === "own" ? undefined : matching(at("tenant"), /^[a-z0-9-]{1,63}$/),
    text: at("q")?.slice(0, 64),
    outcome: outcome && isOutcome(outcome) ? outcome : undefined,
    reason: matching(at("reason"), /^[A-Z]{3}-\d{2}$/),
    direction: isDirection(direction) ? direction : undefined,
    country: matching(at("country"), /^[A-Z]{2}$/),
    extensionId,
    minCost: matching(at("cost"), /^\d{1,9}(?:\.\d{1,6})?$/),
    minSeconds: seconds === undefined ? undefined : Number(seconds),
    from: matching(at("from"), DAY),
    to: matching(at("to"), DAY),
    sort: callSorts.find((known) => known !== "time" && known === at("sort")),
    cursor: matching(at("before"), CURSOR),
  };
  return Object.fromEntries(Object.entries(read).filter(([, value]) => value !== undefined));
}

/** The same for what a page receives from the framework. */
export const paramsOf = (search: Readonly<Record<string, string | string[] | undefined>>): Source => ({
  get: (name) => {
    const value = search[name];
    return (Array.isArray(value) ? value[0] : value) ?? null;
  },
});

/** Whether anything narrows the list, apart from whose it is, its order and the page of it. */
export const isFiltered = ({ cursor: _, scope: __, sort: ___, ...filter }: CallFilter): boolean =>
  Object.keys(filter).length > 0;

/** Takes every filter out, and the page with them. */
export const noFilter = {
  tenant: undefined,
  q: undefined,
  outcome: undefined,
  reason: undefined,
  direction: undefined,
  country: undefined,
  extension: undefined,
  cost: undefined,
  seconds: undefined,
  from: undefined,
  to: undefined,
  before: undefined,
};
