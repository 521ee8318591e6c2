import type { Tone } from "@/components/ui/notice";
import { type DisputeReason, type DisputeState, disputeReasons } from "@/server/domain/disputes/dispute-kinds.schema";

const reasons: Readonly<Record<DisputeReason, string>> = {
  not_made: "I did not make this call",
  never_connected: "It never connected",
  too_long: "It was shorter",
  wrong_price: "The price is wrong",
  bad_quality: "Bad quality",
  other: "Something else",
};

/** What a buyer can say is wrong, in the order of a form. */
export const reasonChoices = disputeReasons.map((value) => ({ value, label: reasons[value] }));

export const reasonText = (reason: DisputeReason | null): string => (reason ? reasons[reason] : "No reason given");

const states: Readonly<Record<DisputeState, { word: string; tone: Tone }>> = {
  open: { word: "Open", tone: "warn" },
  credited: { word: "Credited", tone: "ok" },
  partly_credited: { word: "Partly credited", tone: "ok" },
  rejected: { word: "Rejected", tone: "bad" },
  withdrawn: { word: "Withdrawn", tone: "info" },
};

export const stateWords = (state: DisputeState): { word: string; tone: Tone } => states[state];

const events: Readonly<Record<string, string>> = {
  opened: "disputed the charge",
  comment: "wrote",
  credited: "gave the charge back",
  partly_credited: "gave a part of it back",
  rejected: "rejected the dispute",
  withdrawn: "took the dispute back",
};

/** What somebody did, after their name. */
export const eventText = (kind: string): string => events[kind] ?? kind.replaceAll("_", " ");
