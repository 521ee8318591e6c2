"use client";

import { isActive, progressText, remainingText, shareOf, type Task } from "@/components/tasks/task-words";
import { useTaskActs } from "@/components/tasks/use-task-acts";
import { Button } from "@/components/ui/button";
import { cx } from "@/components/ui/cx";
import { t } from "@/server/kernel/words";

/** One long job: how far it is, in a bar and in words, and the way to stop it or let it go on. */
export function TaskBar({ task }: Readonly<{ task: Task }>) {
  const { cancel, resume, busy, may } = useTaskActs();
  const share = shareOf(task);
  const active = isActive(task);
  return (
    <div className="grid gap-1.5">
      <div className="flex min-h-8 items-center justify-between gap-3">
        <p className="min-w-0 truncate font-medium" title={task.title}>
          {task.title}
        </p>
        {may && active && (
          <Button disabled={busy || task.cancelRequested} onClick={() => cancel(task)}>
            {t("Stop")}
          </Button>
        )}
        {may && (task.state === "failed" || task.state === "cancelled") && (
          <Button disabled={busy} onClick={() => resume(task)}>
            {t("Go on")}
          </Button>
        )}
      </div>
      <Bar active={active} label={task.title} share={share} tone={task.state === "failed" ? "bg-bad" : "bg-accent"} />
      <p className="figures flex flex-wrap gap-x-3 text-ink-2">
        <span>{progressText(task)}</span>
        {active && <Remaining task={task} />}
        {task.note && active && <span className="text-ink-3">{task.note}</span>}
      </p>
      {task.error && <p className="text-bad">{task.error}</p>}
    </div>
  );
}

type BarProps = Readonly<{ label: string; share: number | undefined; active: boolean; tone: string }>;

function Bar({ label, share, active, tone }: BarProps) {
  return (
    <div
      aria-label={label}
      aria-valuemax={100}
      aria-valuemin={0}
      {...(share === undefined ? {} : { "aria-valuenow": share })}
      className="h-1.5 overflow-hidden rounded-sm bg-line"
      role="progressbar"
    >
      <div
        className={cx("h-full rounded-sm", tone, share === undefined && active && "animate-[rf-pulse_1.2s_infinite]")}
        style={{ width: `${share ?? (active ? 100 : 0)}%` }}
      />
    </div>
  );
}

/** Read anew with each answer, which comes more than once a second while something is going on. */
function Remaining({ task }: Readonly<{ task: Task }>) {
  const text = remainingText(task, new Date());
  return text ? <span suppressHydrationWarning>{text}</span> : null;
}
