"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import { refusalOf } from "@/components/api/refusal";
import { useScope } from "@/components/shell/scope";
import type { Task } from "@/components/tasks/task-words";
import { toast } from "@/components/ui/toast-store";

/** Stopping a long job and letting it go on. What it has done by then stays, so neither needs a question before. */
export function useTaskActs() {
  const { tenantSlug, can } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const settled = {
    onSettled: () => queries.invalidateQueries({ queryKey: trpc.tasks.pathKey() }),
    onError: (error: unknown) => {
      const { title, next } = refusalOf(error);
      toast(`${title} ${next}`, { tone: "bad" });
    },
  };
  const cancelling = useMutation(trpc.tasks.cancel.mutationOptions(settled));
  const resuming = useMutation(trpc.tasks.resume.mutationOptions(settled));
  return {
    may: can("tasks.write"),
    busy: cancelling.isPending || resuming.isPending,
    cancel: (task: Pick<Task, "id">) => cancelling.mutate({ tenantSlug, taskId: task.id }),
    resume: (task: Pick<Task, "id">) => resuming.mutate({ tenantSlug, taskId: task.id }),
  };
}
