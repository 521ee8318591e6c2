import type { Outputs } from "@/components/api/outputs";

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

const count = new Intl.NumberFormat("en");

/** What stands beside the bar: the state in a word, and counts while they say something. */
export function progressText(task: Progress): string {
  const counts =
    task.total === null ? count.format(task.done) : `${count.format(task.done)} of ${count.format(task.total)}`;
  switch (task.state) {
    case "queued":
      return "Waiting for a worker";
    case "running":
      return `${task.cancelRequested ? "Stopping" : "Working"}${task.done > 0 || task.total !== null ? `, ${counts}` : ""}`;
    case "done":
      return "Done";
    case "failed":
      return `Failed${task.done > 0 ? ` after ${counts}` : ""}`;
    case "cancelled":
      return `Stopped${task.done > 0 ? ` after ${counts}` : ""}`;
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
  return seconds < 60 ? `about ${seconds} s left` : `about ${Math.ceil(seconds / 60)} min left`;
}
