"use client";

import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";

import { useTRPC } from "@/components/api/client";
import { QueryView } from "@/components/api/query-view";
import { useScope } from "@/components/shell/scope";
import { TaskBar } from "@/components/tasks/task-bar";
import { isActive, type Task } from "@/components/tasks/task-words";

const POLL_MS = 700;

type Props = Readonly<{
  taskId: string;
  /** Called once when it ends while it is watched, well or not. */
  onEnded?: (task: Task) => void;
}>;

/** The long job of the thing on this page. It may be left: the job goes on, and the chip in the top bar has it as well. */
export function JobBar({ taskId, onEnded }: Props) {
  const { tenantSlug } = useScope();
  const query = useQuery(
    useTRPC().tasks.get.queryOptions(
      { tenantSlug, taskId },
      { refetchInterval: ({ state }) => (state.data && !isActive(state.data) ? false : POLL_MS) },
    ),
  );
  const { data } = query;
  const watched = useRef<string>(undefined);
  useEffect(() => {
    if (!data) return;
    if (isActive(data)) watched.current = data.id;
    else if (watched.current === data.id) {
      watched.current = undefined;
      onEnded?.(data);
    }
  }, [data, onEnded]);
  return <QueryView query={query}>{(task) => <TaskBar task={task} />}</QueryView>;
}
