"use client";

import { useQuery } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import { useScope } from "@/components/shell/scope";
import { isActive } from "@/components/tasks/task-words";
import { later } from "@/components/ui/later";
import { Popover } from "@/components/ui/popover";
import { t } from "@/server/kernel/words";

const JobsList = later(() => import("@/components/tasks/jobs-list").then((file) => file.JobsList));

const WORKING_MS = 1_500;
const IDLE_MS = 30_000;

/** How many long jobs of this tenant wait or run; opens the list of them. Not there while there are none. */
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
  if (active === 0) return null;
  const words = t("{active, plural, one {# job} other {# jobs}}", { active });
  return (
    <Popover
      align="end"
      className="w-96"
      label={t("{active, plural, one {# job running} other {# jobs running}}", { active })}
      trigger={
        <>
          <span aria-hidden="true" className="size-2 animate-[rf-pulse_1.6s_infinite] rounded-full bg-accent" />
          {words}
        </>
      }
      triggerClass="figures inline-flex h-8 items-center gap-2 rounded-md px-2 text-ink-2 hover:bg-sunken hover:text-ink"
    >
      {() => <JobsList tasks={items} />}
    </Popover>
  );
}
