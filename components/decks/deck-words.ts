import type { Outputs } from "@/components/api/outputs";
import type { Tone } from "@/components/ui/notice";

export type Deck = Outputs["decks"]["get"];
export type DeckChange = Outputs["decks"]["changes"]["items"][number];
export type DeckProblem = Outputs["decks"]["problems"]["items"][number];
export type ChangeKind = DeckChange["kind"];

const states: Readonly<Record<Deck["state"], { word: string; tone: Tone }>> = {
  uploading: { word: "Uploaded, not read", tone: "info" },
  reading: { word: "Being read", tone: "info" },
  staged: { word: "To be looked at", tone: "warn" },
  scheduled: { word: "Scheduled", tone: "ok" },
  applied: { word: "Applied", tone: "ok" },
  rolled_back: { word: "Taken back", tone: "info" },
  failed: { word: "Not readable", tone: "bad" },
  cancelled: { word: "Dropped", tone: "info" },
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
  if (state === "staged" && !isCompared(deck)) return { word: "Being compared", tone: "info" as const };
  return state === "staged" && errors > 0 ? { word: "Has errors", tone: "bad" as const } : states[state];
}

/** The kinds of change in the order of a person's interest, with a sign beside the word. */
export const kindWords: Readonly<Record<ChangeKind, { word: string; sign: string }>> = {
  up: { word: "Up", sign: "▲" },
  down: { word: "Down", sign: "▼" },
  new: { word: "New", sign: "+" },
  removed: { word: "Removed", sign: "\u2212" },
  changed: { word: "Other terms", sign: "~" },
  same: { word: "Unchanged", sign: "=" },
};
export const kinds = Object.keys(kindWords) as readonly ChangeKind[];

/** By how much a price moves, such as +12.5 %; nothing where there is no price to compare with. */
export function percentText(before: bigint | null, after: bigint | null): string {
  if (before === null || after === null) return "";
  if (before === after) return "0 %";
  if (before === 0n) return "from 0";
  const tenths = ((after - before) * 10_000n) / before;
  const size = tenths < 0n ? -tenths : tenths;
  // Rounded to a tenth, away from nothing.
  const near = (size + 5n) / 10n;
  const sign = after < before ? "\u2212" : "+";
  return near === 0n ? `${sign}<0.1 %` : `${sign}${near / 10n}${near % 10n === 0n ? "" : `.${near % 10n}`} %`;
}

/** Millionths as percent with one decimal, towards less. */
export function marginText(ppm: number): string {
  if (ppm <= -1_000_000_000) return "all lost";
  const tenths = Math.floor(ppm / 1_000);
  const size = Math.abs(tenths);
  return `${tenths < 0 ? "\u2212" : ""}${Math.floor(size / 10)}${size % 10 === 0 ? "" : `.${size % 10}`} %`;
}

/** Whether it is read and compared to its end, and waits for a decision. */
export const isOpen = ({ state }: Pick<Deck, "state">): boolean =>
  state === "uploading" || state === "reading" || state === "staged" || state === "failed";

/** How many prices it would change. */
export const changesOf = (counts: Deck["counts"]): number =>
  counts === null ? 0 : counts.new + counts.up + counts.down + counts.changed + counts.removed;

/** What must be looked at before it is applied, one sentence each. */
export function warningsOf({ warnings, effects }: Pick<Deck, "warnings" | "effects">): readonly string[] {
  const lines = warnings === 1 ? "One line of the file has a warning." : `${warnings} lines of the file have warnings.`;
  const below = effects.filter(({ belowCost }) => belowCost > 0);
  return [
    ...(warnings > 0 ? [lines] : []),
    ...below.map(
      ({ seller, plan, belowCost }) =>
        `${seller} would sell ${belowCost} ${belowCost === 1 ? "prefix" : "prefixes"} below cost (set against ${plan}).`,
    ),
  ];
}

const count = new Intl.NumberFormat("en");
/** 250,000. */
export const countText = (n: number): string => count.format(n);

/** A size for people: 12.3 MB. */
export const sizeText = (bytes: number): string =>
  bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024))} kB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
