import type { Outputs } from "@/components/api/outputs";
import { numberText } from "@/server/kernel/locale";
import { t } from "@/server/kernel/words";

export type Task = Outputs["tasks"]["list"]["items"][number];

type Progress = Pick<Task, "state" | "done" | "total" | "cancelRequested">;

/** Whether it still waits or works. */
export const isActive = ({ state }: Pick<Task, "state">): boolean => state === "queued" || state === "running";

/** How much is done, from 0 to 100; undefined while nobody knows how much there is. */
export function shareOf({ state, done, total }: Progress): number | undefined {
  if (state === "done") return 100;
  if (total === null || total <= 0) return undefined;
  return Math.min(100, Math.floor((done / total) * 100));
}

/** What stands beside the bar: the state in a word, and counts while they say something. */
export function progressText(task: Progress): string {
  const done = numberText(task.done);
  const count = task.total === null ? done : t("{done} of {total}", { done, total: numberText(task.total) });
  switch (task.state) {
    case "queued":
      return t("Waiting for a worker");
    case "running":
      if (task.done <= 0 && task.total === null) return task.cancelRequested ? t("Stopping") : t("Working");
      return task.cancelRequested ? t("Stopping, {count}", { count }) : t("Working, {count}", { count });
    case "done":
      return t("Done");
    case "failed":
      return task.done > 0 ? t("Failed after {count}", { count }) : t("Failed");
    case "cancelled":
      return task.done > 0 ? t("Stopped after {count}", { count }) : t("Stopped");
  }
}

/** How long it will take at the pace so far; undefined before there is a pace to speak of. */
export function remainingText(
  task: Pick<Task, "state" | "done" | "total" | "startedAt">,
  now: Date,
): string | undefined {
  const { state, done, total, startedAt } = task;
  if (state !== "running" || total === null || startedAt === null || done <= 0 || done >= total) return undefined;
  const spentMs = now.getTime() - startedAt.getTime();
  if (spentMs < 2_000) return undefined;
  const seconds = Math.ceil(((spentMs / done) * (total - done)) / 1000);
  return seconds < 60
    ? t("about {n, plural, one {# s left} other {# s left}}", { n: seconds })
    : t("about {n, plural, one {# min left} other {# min left}}", { n: Math.ceil(seconds / 60) });
}
