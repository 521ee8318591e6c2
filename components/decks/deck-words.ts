import type { Outputs } from "@/components/api/outputs";
import type { Tone } from "@/components/ui/notice";
import { numberFormat, numberText } from "@/server/kernel/locale";
import { type Message, msg, say, t } from "@/server/kernel/words";

export type Deck = Outputs["decks"]["get"];
export type DeckChange = Outputs["decks"]["changes"]["items"][number];
export type DeckProblem = Outputs["decks"]["problems"]["items"][number];
export type ChangeKind = DeckChange["kind"];

const states: Readonly<Record<Deck["state"], { word: Message; tone: Tone }>> = {
  uploading: { word: msg("Uploaded, not read"), tone: "info" },
  reading: { word: msg("Being read"), tone: "info" },
  staged: { word: msg("To be looked at"), tone: "warn" },
  scheduled: { word: msg("Scheduled"), tone: "ok" },
  applied: { word: msg("Applied"), tone: "ok" },
  rolled_back: { word: msg("Taken back"), tone: "info" },
  failed: { word: msg("Not readable"), tone: "bad" },
  cancelled: { word: msg("Dropped"), tone: "info" },
};

type Progress = Pick<Deck, "state" | "comparedAt" | "exposure">;

/** Whether it is compared to the end: the calls of the last thirty days are looked at last. */
export const isCompared = ({ comparedAt, exposure }: Omit<Progress, "state">): boolean =>
  comparedAt !== null && exposure !== null;

/** Whether it will be another one soon without anybody's doing. */
export const isMoving = (deck: Progress): boolean =>
  deck.state === "uploading" || deck.state === "reading" || (deck.state === "staged" && !isCompared(deck));

/** A deck's state in a word; with errors in the file there is nothing to decide. */
export function stateWords(deck: Progress & Pick<Deck, "errors">) {
  const { state, errors } = deck;
  if (state === "staged" && !isCompared(deck)) return { word: t("Being compared"), tone: "info" as const };
  if (state === "staged" && errors > 0) return { word: t("Has errors"), tone: "bad" as const };
  return { word: say(states[state].word), tone: states[state].tone };
}

/** The kinds of change in the order of a person's interest, with a sign beside the word. */
export const kindWords: Readonly<Record<ChangeKind, { word: Message; sign: string }>> = {
  up: { word: msg("price|Up"), sign: "▲" },
  down: { word: msg("price|Down"), sign: "▼" },
  new: { word: msg("price|New"), sign: "+" },
  removed: { word: msg("price|Removed"), sign: "\u2212" },
  changed: { word: msg("price|Other terms"), sign: "~" },
  same: { word: msg("price|Unchanged"), sign: "=" },
};
export const kinds = Object.keys(kindWords) as readonly ChangeKind[];

const tenthsText = (tenths: number): string =>
  numberFormat({ maximumFractionDigits: 1, useGrouping: false }).format(tenths / 10);

/** By how much a price moves, such as +12.5 %; nothing where there is no price to compare with. */
export function percentText(before: bigint | null, after: bigint | null): string {
  if (before === null || after === null) return "";
  if (before === after) return "0 %";
  if (before === 0n) return t("from 0");
  const tenths = ((after - before) * 10_000n) / before;
  const size = tenths < 0n ? -tenths : tenths;
  // Rounded to a tenth, away from nothing.
  const near = (size + 5n) / 10n;
  const sign = after < before ? "\u2212" : "+";
  return near === 0n ? `${sign}<${tenthsText(1)} %` : `${sign}${tenthsText(Number(near))} %`;
}

/** Millionths as percent with one decimal, towards less. */
export function marginText(ppm: number): string {
  if (ppm <= -1_000_000_000) return t("all lost");
  const tenths = Math.floor(ppm / 1_000);
  return `${tenths < 0 ? "\u2212" : ""}${tenthsText(Math.abs(tenths))} %`;
}

/** Whether it is read and compared to its end, and waits for a decision. */
export const isOpen = ({ state }: Pick<Deck, "state">): boolean =>
  state === "uploading" || state === "reading" || state === "staged" || state === "failed";

/** How many prices it would change. */
export const changesOf = (counts: Deck["counts"]): number =>
  counts === null ? 0 : counts.new + counts.up + counts.down + counts.changed + counts.removed;

/** What must be looked at before it is applied, one sentence each. */
export function warningsOf({ warnings, effects }: Pick<Deck, "warnings" | "effects">): readonly string[] {
  const lines = t(
    "{count, plural, one {One line of the file has a warning.} other {# lines of the file have warnings.}}",
    { count: warnings },
  );
  const below = effects.filter(({ belowCost }) => belowCost > 0);
  return [
    ...(warnings > 0 ? [lines] : []),
    ...below.map(({ seller, plan, belowCost }) =>
      t(
        "{count, plural, one {{seller} would sell # prefix below cost (set against {plan}).} other {{seller} would sell # prefixes below cost (set against {plan}).}}",
        { seller, plan, count: belowCost },
      ),
    ),
  ];
}

/** 250,000. */
export const countText = numberText;

/** A size for people: 12.3 MB. */
export const sizeText = (bytes: number): string =>
  bytes < 1024 * 1024
    ? t("{size} kB", { size: Math.max(1, Math.round(bytes / 1024)) })
    : t("{size} MB", {
        size: numberFormat({ minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(bytes / 1024 / 1024),
      });
