import type { Task } from "@/server/domain/tasks/tasks";

const LOOK_MS = 250;

/** Looks at a long job until it is over or the time is. The workers do it. */
export async function taskEnded(
  look: (taskId: string) => Promise<Task>,
  taskId: string,
  waitSeconds: number,
): Promise<Task> {
  const until = Date.now() + waitSeconds * 1_000;
  for (;;) {
    const task = await look(taskId);
    if ((task.state !== "queued" && task.state !== "running") || Date.now() > until) return task;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
