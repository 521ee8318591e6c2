"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import { refusalOf } from "@/components/api/refusal";
import { toast } from "@/components/ui/toast-store";
import { t } from "@/server/kernel/words";

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
          toast(t("The file is being made. You may leave; it waits here."));
          onAsked?.();
        },
      }),
    ),
    schedule: useMutation(
      trpc.exports.schedule.mutationOptions({
        onSettled,
        onSuccess: ({ nextAt }) => {
          toast(
            t("It is made by itself from {day} on, and you get a mail each time.", {
              day: nextAt.toISOString().slice(0, 10),
            }),
          );
          onAsked?.();
        },
      }),
    ),
    cancel: useMutation(trpc.exports.cancel.mutationOptions({ onSettled, onError })),
    resume: useMutation(trpc.exports.resume.mutationOptions({ onSettled, onError })),
  };
}
