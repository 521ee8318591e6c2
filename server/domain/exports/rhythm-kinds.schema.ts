/** How often a file is made by itself. The words are stored: never renamed. */
export const rhythms = ["day", "week", "month"] as const;
export type Rhythm = (typeof rhythms)[number];

/** What people choose, and which days each time is about. */
export const rhythmWords: Readonly<Record<Rhythm, Readonly<{ name: string; about: string }>>> = {
  day: { name: "Every day", about: "of the day before" },
  week: { name: "Every week", about: "of the week before, Monday to Sunday" },
  month: { name: "Every month", about: "of the month before" },
};
