import { differenceKinds } from "@/server/domain/reconciliation/difference-kinds.schema";

type Kind = (typeof differenceKinds)[number];
export type Filter = Readonly<{
  kind?: Kind;
  currency?: string;
  text?: string;
  cursor?: string;
  state: "open" | "closed";
}>;

/** The filter that stands in the address; what is no filter of ours is left out. */
export function filterOf(params: Readonly<{ get: (name: string) => string | null }>): Filter {
  const kind = differenceKinds.find((known) => known === params.get("kind"));
  const currency = params.get("currency") ?? "";
  const text = params.get("q")?.trim().slice(0, 80);
  const cursor = params.get("before") ?? "";
  return {
    ...(kind ? { kind } : {}),
    ...(/^[A-Z]{3}$/.test(currency) ? { currency } : {}),
    ...(text ? { text } : {}),
    ...(/^\d{1,18}_[0-9a-f-]{36}$/.test(cursor) ? { cursor } : {}),
    state: params.get("state") === "closed" ? "closed" : "open",
  };
}

export const isFiltered = ({ kind, currency, text, state }: Filter): boolean =>
  Boolean(kind || currency || text) || state === "closed";

/** Takes every filter out, and the page with them. */
export const noFilter = {
  kind: undefined,
  currency: undefined,
  q: undefined,
  state: undefined,
  before: undefined,
} as const;
