import { type Message, msg } from "@/server/kernel/words";

/** How often a file is made by itself. The words are stored: never renamed. */
export const rhythms = ["day", "week", "month"] as const;
export type Rhythm = (typeof rhythms)[number];

/** What people choose, and which days each time is about. */
export const rhythmWords: Readonly<Record<Rhythm, Readonly<{ name: Message; about: Message }>>> = {
  day: { name: msg("Every day"), about: msg("It is of the day before.") },
  week: { name: msg("Every week"), about: msg("It is of the week before, Monday to Sunday.") },
  month: { name: msg("Every month"), about: msg("It is of the month before.") },
};

/** What each period decides anew: its days, the moments of a bar that was pressed, a month. */
const ofPeriod: readonly string[] = ["from", "to", "since", "until", "month"];
/** What of a filter stays the same each time. */
export const withoutPeriod = (filter: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(filter).filter(([key]) => !ofPeriod.includes(key)));
