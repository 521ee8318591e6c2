"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import { refusalOf } from "@/components/api/refusal";
import { toast } from "@/components/ui/toast-store";

/** Asking for a file, stopping its making and letting that go on; the list is asked again after each. */
export function useExports(onAsked?: () => void) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const onSettled = () => {
    void queries.invalidateQueries({ queryKey: trpc.exports.pathKey() });
    void queries.invalidateQueries({ queryKey: trpc.tasks.pathKey() });
  };
  const onError = (error: unknown) => {
    const { title, next } = refusalOf(error);
    toast(`${title} ${next}`, { tone: "bad" });
  };
  return {
    create: useMutation(
      trpc.exports.create.mutationOptions({
        onSettled,
        onSuccess: () => {
          toast("The file is being made. You may leave; it waits here.");
          onAsked?.();
        },
      }),
    ),
    schedule: useMutation(
      trpc.exports.schedule.mutationOptions({
        onSettled,
        onSuccess: ({ nextAt }) => {
          toast(`It is made by itself from ${nextAt.toISOString().slice(0, 10)} on, and you get a mail each time.`);
          onAsked?.();
        },
      }),
    ),
    cancel: useMutation(trpc.exports.cancel.mutationOptions({ onSettled, onError })),
    resume: useMutation(trpc.exports.resume.mutationOptions({ onSettled, onError })),
  };
}
