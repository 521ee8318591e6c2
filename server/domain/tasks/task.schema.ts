import type { Permission } from "@/server/domain/tenancy/roles";

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

/** What somebody needs, beside the right to long jobs, to stop one of them or to let it go on: what it takes to ask for it. */
export const taskPermissions: Readonly<Record<TaskKind, Permission>> = {
  "deck.import": "plans.write",
  "export.make": "exports.write",
  "rating.rerate": "billing.write",
  "cdr.import": "reconciliation.write",
  "rule.rehearse": "rules.write",
  "hotlist.import": "destinations.write",
  "usage.rebuild": "system.write",
  "extension.import": "extensions.write",
  "subject.erase": "retention.write",
  "tenant.import": "tenants.write",
};

/** Those that cannot be taken back: they go on for somebody who has just shown who they are. */
export const freshTasks: ReadonlySet<TaskKind> = new Set<TaskKind>(["subject.erase", "tenant.import"]);

export type TaskState = "queued" | "running" | "done" | "failed" | "cancelled";
