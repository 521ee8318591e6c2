/** What can be a long job. The words are stored: never renamed. */
export const taskKinds = [
  "deck.import",
  "export.make",
  "rating.rerate",
  "cdr.import",
  "rule.rehearse",
  "hotlist.import",
  "usage.rebuild",
  "extension.import",
  "subject.erase",
  "tenant.import",
] as const;

export type TaskKind = (typeof taskKinds)[number];
/** Whether a stored word is a kind that this version knows. */
export const isTaskKind = (text: string): text is TaskKind => (taskKinds as readonly string[]).includes(text);

export type TaskState = "queued" | "running" | "done" | "failed" | "cancelled";
