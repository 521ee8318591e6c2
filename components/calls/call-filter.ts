export const outcomes = ["answered", "no_answer", "busy", "failed", "blocked", "cancelled"] as const;
export type Outcome = (typeof outcomes)[number];

/** The filter of the calls list as it stands in the address: q, outcome, extension, from, to, before. */
export type CallFilter = Readonly<{
  text?: string;
  outcome?: Outcome;
  extensionId?: string;
  /** First and last day, as the tenant's calendar has them: 2026-11-21. */
  from?: string;
  to?: string;
  cursor?: string;
}>;

type Source = Readonly<{ get: (name: string) => string | null }>;

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const isOutcome = (text: string): text is Outcome => (outcomes as readonly string[]).includes(text);

/** Reads the filter; what is not understood counts as not given, because addresses are typed and pasted. */
export function readCallFilter(params: Source): CallFilter {
  const at = (name: string) => params.get(name)?.trim() || undefined;
  const [text, outcome, extensionId, from, to, cursor] = ["q", "outcome", "extension", "from", "to", "before"].map(at);
  return {
    ...(text ? { text: text.slice(0, 64) } : {}),
    ...(outcome && isOutcome(outcome) ? { outcome } : {}),
    ...(extensionId ? { extensionId } : {}),
    ...(from && DAY.test(from) ? { from } : {}),
    ...(to && DAY.test(to) ? { to } : {}),
    ...(cursor ? { cursor } : {}),
  };
}

/** The same for what a page receives from the framework. */
export const paramsOf = (search: Readonly<Record<string, string | string[] | undefined>>): Source => ({
  get: (name) => {
    const value = search[name];
    return (Array.isArray(value) ? value[0] : value) ?? null;
  },
});

/** Whether anything narrows the list, apart from the page of it. */
export const isFiltered = ({ cursor: _, ...filter }: CallFilter): boolean => Object.keys(filter).length > 0;
