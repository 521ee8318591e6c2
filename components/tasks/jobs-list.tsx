import { JobBar } from "@/components/tasks/job-bar";
import { TaskBar } from "@/components/tasks/task-bar";
import { isActive, type Task } from "@/components/tasks/task-words";
import { t } from "@/server/kernel/words";

/** The newest long jobs, those that are over as well: the last word about one that has just ended is read here. */
export function JobsList({ tasks }: Readonly<{ tasks: readonly Task[] }>) {
  return (
    <ul aria-label={t("Jobs")} className="grid">
      {tasks.map((task) => (
        <li className="border-b p-3 last:border-0" key={task.id}>
          {isActive(task) ? <JobBar taskId={task.id} /> : <TaskBar task={task} />}
        </li>
      ))}
    </ul>
  );
}
