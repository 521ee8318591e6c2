import type { IncidentReview } from "@/components/api/outputs";
import { stepName } from "@/components/incidents/contain-words";
import { dayText, timeText } from "@/components/ui/clock-text";
import { withinText } from "@/components/words/within";
import { dateFormat, listText } from "@/server/kernel/locale";
import { type Message, msg, say, t } from "@/server/kernel/words";

type Part = IncidentReview["lacking"][number];

const parts: Readonly<Record<Part, Message>> = {
  cause: msg("What caused it"),
  worked: msg("What worked"),
  changes: msg("What changes"),
  follow_ups: msg("Who does each follow-up, and until when"),
};
export const partText = (part: Part): string => say(parts[part]);

/** What is still to be written, in one sentence; empty when nothing is. */
export const lackingText = (lacking: readonly Part[]): string =>
  lacking.length === 0
    ? ""
    : t("Still to write: {parts}.", { parts: listText(lacking.map((part) => withinText(partText(part)))) });

/** What was done, a line each with its time: what a review begins with under "what worked". */
export const stepsText = (steps: IncidentReview["facts"]["steps"], timeZone: string): string =>
  steps
    .map(({ at, subject, step, count }) => {
      const done = t("{subject}: {step}, done ({count})", { subject, step: withinText(stepName(step)), count });
      return `${dayText(at, timeZone)} ${timeText(at, timeZone)} ${done}`;
    })
    .join("\n");

/** A day of the calendar, such as 2027-01-31, as the language writes it. */
export const dayOfText = (day: string): string =>
  dateFormat({ timeZone: "UTC", day: "numeric", month: "short", year: "numeric" }).format(new Date(`${day}T00:00:00Z`));
