import type { Tone } from "@/components/ui/notice";
import { type DisputeReason, type DisputeState, disputeReasons } from "@/server/domain/disputes/dispute-kinds.schema";
import { type Message, msg, say, t } from "@/server/kernel/words";

const reasons: Readonly<Record<DisputeReason, Message>> = {
  not_made: msg("I did not make this call"),
  never_connected: msg("It never connected"),
  too_long: msg("It was shorter"),
  wrong_price: msg("The price is wrong"),
  bad_quality: msg("Bad quality"),
  other: msg("Something else"),
};

/** What a buyer can say is wrong, in the order of a form. */
export const reasonChoices = () => disputeReasons.map((value) => ({ value, label: say(reasons[value]) }));

export const reasonText = (reason: DisputeReason | null): string =>
  reason ? say(reasons[reason]) : t("No reason given");

const states: Readonly<Record<DisputeState, { word: Message; tone: Tone }>> = {
  open: { word: msg("state|Open"), tone: "warn" },
  credited: { word: msg("Credited"), tone: "ok" },
  partly_credited: { word: msg("Partly credited"), tone: "ok" },
  rejected: { word: msg("Rejected"), tone: "bad" },
  withdrawn: { word: msg("Withdrawn"), tone: "info" },
};

export const stateWords = (state: DisputeState): { word: string; tone: Tone } => ({
  word: say(states[state].word),
  tone: states[state].tone,
});

/** What is said when it has been decided. */
export const closedText = (number: string, state: DisputeState): string =>
  state === "credited"
    ? t("{number} is credited.", { number })
    : state === "partly_credited"
      ? t("{number} is partly credited.", { number })
      : t("{number} is rejected.", { number });

type Told = Readonly<{ own: Message; other: Message }>;

const events: Readonly<Record<string, Told>> = {
  opened: {
    own: msg("<who>You</who> disputed the charge"),
    other: msg("<who>{name}</who> disputed the charge"),
  },
  comment: { own: msg("<who>You</who> wrote"), other: msg("<who>{name}</who> wrote") },
  credited: {
    own: msg("<who>You</who> gave the charge back"),
    other: msg("<who>{name}</who> gave the charge back"),
  },
  partly_credited: {
    own: msg("<who>You</who> gave a part of it back"),
    other: msg("<who>{name}</who> gave a part of it back"),
  },
  rejected: {
    own: msg("<who>You</who> rejected the dispute"),
    other: msg("<who>{name}</who> rejected the dispute"),
  },
  withdrawn: {
    own: msg("<who>You</who> took the dispute back"),
    other: msg("<who>{name}</who> took the dispute back"),
  },
};

/** What this side or the other did; undefined for what a later version writes. */
export const eventMessage = (kind: string, own: boolean): Message | undefined => events[kind]?.[own ? "own" : "other"];
