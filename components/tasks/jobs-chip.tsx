"use client";

import { useQuery } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import { useScope } from "@/components/shell/scope";
import { isActive, type Task } from "@/components/tasks/task-words";
import { cx } from "@/components/ui/cx";
import { later } from "@/components/ui/later";
import { Popover } from "@/components/ui/popover";
import { numberText } from "@/server/kernel/locale";
import { t } from "@/server/kernel/words";

const JobsList = later(() => import("@/components/tasks/jobs-list").then((file) => file.JobsList));

const WORKING_MS = 1_500;
const IDLE_MS = 30_000;
/** A job that failed is shown so long, since it can go on from there. */
const FAILED_MS = 3_600_000;

/** How many long jobs of this tenant wait or run, else how many failed a moment ago; opens the list of them. Not there while there are none. */
export function JobsChip() {
  const { tenantSlug, can } = useScope();
  const allowed = can("tasks.read");
  const { data } = useQuery(
    useTRPC().tasks.list.queryOptions(
      { tenantSlug, limit: 8 },
      {
        enabled: allowed,
        refetchInterval: ({ state }) => (state.data?.items.some(isActive) ? WORKING_MS : IDLE_MS),
      },
    ),
  );
  const items = data?.items ?? [];
  const active = items.filter(isActive).length;
  const failed = items.filter(failedNow).length;
  if (active === 0 && failed === 0) return null;
  const words =
    active > 0
      ? t("{active, plural, one {# job} other {# jobs}}", { active })
      : t("{failed, plural, one {# job failed} other {# jobs failed}}", { failed });
  return (
    <Popover
      align="end"
      className="w-96"
      label={active > 0 ? t("{active, plural, one {# job running} other {# jobs running}}", { active }) : words}
      trigger={
        <>
          <span
            aria-hidden="true"
            className={cx("size-2 rounded-full", active > 0 ? "animate-[rf-pulse_1.6s_infinite] bg-accent" : "bg-bad")}
          />
          <span className="sm:hidden">{numberText(active || failed)}</span>
          <span className="max-sm:hidden">{words}</span>
        </>
      }
      triggerClass="figures inline-flex h-8 items-center gap-2 rounded-md px-2 text-ink-2 hover:bg-sunken hover:text-ink"
    >
      {() => <JobsList tasks={items} />}
    </Popover>
  );
}

const failedNow = ({ state, endedAt }: Task): boolean =>
  state === "failed" && endedAt !== null && Date.now() - endedAt.getTime() < FAILED_MS;
