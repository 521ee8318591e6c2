import type { CallOutcome } from "@/server/domain/calls/call.schema";
import { formatCaller, formatNumber } from "@/server/domain/calls/number-format";
import { type PriceContext, priceCall, type RatePrice } from "@/server/domain/rating/price.rules";
import { ratePriceOf, type StoredPrice } from "@/server/domain/rating/stored-price";
import { type Micros, micros } from "@/server/kernel/money";
import { isRefusalCode, type RefusalCode, refusals } from "@/server/kernel/refusals";
import { type Message, msg, say } from "@/server/kernel/words";

export type CallRow = {
  readonly id: string;
  readonly startedAt: Date;
  readonly answeredAt: Date | null;
  readonly endedAt: Date | null;
  readonly direction: "out" | "in" | "internal";
  readonly kind: string;
  /** Our end: the extension that calls, or of a call from outside the one that is called. */
  readonly from: { readonly extensionNumber: string; readonly name: string };
  readonly dialled: string;
  readonly toE164: string | null;
  /** The number for people: in full form where it has one, as dialled where not. */
  readonly toFormatted: string;
  readonly country: string | null;
  readonly outcome: CallOutcome;
  /** A code of refusals.ts, for a call that was refused, cut or failed. */
  readonly reason: string | null;
  readonly reasonSentence: string | null;
  readonly talkMs: number;
  readonly billedSeconds: number;
  /** Without tax. */
  readonly costMicros: Micros;
  /** Who called, of a call from outside, as the trunk named it; null where nobody said. */
  readonly fromNumber: string | null;
  /** The same for people. */
  readonly fromFormatted: string | null;
};

/** A row of the table call with the price snapshot of one level beside it, as the queries beside this file select it. */
export type StoredCall = {
  id: string;
  startedAt: Date;
  answeredAt: Date | null;
  endedAt: Date | null;
  kind: string;
  extensionNumber: string;
  extensionName: string;
  dialled: string;
  toE164: string | null;
  country: string | null;
  state: string;
  outcome: string | null;
  reason: string | null;
  talkMs: bigint | null;
  billedSeconds: number | null;
  costMicros: bigint | null;
  fromNumber: string | null;
  /** The hold of the level that looks, as JSON; null for calls that no money was held for. */
  price: StoredHold | null;
};

/** What a hold keeps of a price, with what a bundle and tax do to it. */
export type StoredHold = StoredPrice &
  Readonly<{
    tax_ppm: number;
    tax_micros: number | null;
    bundle_unit: "seconds" | "calls" | null;
    bundle_held: number | null;
    bundle_used: number | null;
  }>;

/** The price a call was authorised with; undefined for calls that no money was held for. */
export const priceOf = (call: StoredCall): Required<RatePrice> | undefined =>
  call.price ? ratePriceOf(call.price) : undefined;

/** What a bundle and the buyer's tax do to a call's price: the bundle as used, or while it lasts as kept for the call. */
export const contextOf = ({ price }: Pick<StoredCall, "price">): PriceContext =>
  price
    ? {
        bundleSeconds: price.bundle_unit === "seconds" ? (price.bundle_used ?? price.bundle_held ?? 0) : 0,
        taxPpm: price.tax_ppm,
      }
    : {};

/** Of a call from outside the phone that was busy or declined is our own. */
const incomingSentences: Readonly<Record<string, Message>> = {
  "FAR-01": msg("The phone was busy."),
  "FAR-03": msg("The phone declined."),
};

/** The sentence of a reason code, in the language of who asks; null for none and for a code that is not known here. */
export const sentenceOf = (reason: string | null): string | null =>
  reason !== null && isRefusalCode(reason) ? say(refusals[reason].sentence) : null;

/** What mends a refusal, in the same language. */
export function fixOf(reason: RefusalCode): Readonly<{ label: string; page: string }> | null {
  const { fix } = refusals[reason];
  return fix && { label: say(fix.label), page: fix.page };
}

function outcomeOf({ state, outcome }: StoredCall): CallOutcome {
  if (state === "authorised") return "ringing";
  if (state === "answered") return "live";
  return (outcome ?? "failed") as CallOutcome;
}

function directionOf(kind: string): CallRow["direction"] {
  if (kind === "inbound") return "in";
  return kind === "internal" || kind === "echo" ? "internal" : "out";
}

/** A stored call for people. Of a call that is still answered it shows the talk time and the cost until `now`. */
export function callRowOf(call: StoredCall, now: Date): CallRow {
  const outcome = outcomeOf(call);
  const talkMs =
    outcome === "live" && call.answeredAt
      ? Math.max(0, now.getTime() - call.answeredAt.getTime())
      : Number(call.talkMs ?? 0);
  const price = priceOf(call);
  const incoming = incomingSentences[call.reason ?? ""];
  const running = outcome === "live" && price ? priceCall(talkMs, price, contextOf(call)) : undefined;
  return {
    id: call.id,
    startedAt: call.startedAt,
    answeredAt: call.answeredAt,
    endedAt: call.endedAt,
    direction: directionOf(call.kind),
    kind: call.kind,
    from: { extensionNumber: call.extensionNumber, name: call.extensionName },
    dialled: call.dialled,
    toE164: call.toE164,
    toFormatted: call.toE164 === null ? call.dialled : formatNumber(call.toE164),
    country: call.country,
    outcome,
    reason: call.reason,
    reasonSentence: call.kind === "inbound" && incoming ? say(incoming) : sentenceOf(call.reason),
    talkMs,
    billedSeconds: running?.billedSeconds ?? call.billedSeconds ?? 0,
    costMicros: running?.cost ?? micros(call.costMicros ?? 0n),
    fromNumber: call.fromNumber || null,
    fromFormatted: formatCaller(call.fromNumber),
  };
}
