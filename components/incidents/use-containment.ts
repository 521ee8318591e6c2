"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import { toast } from "@/components/ui/toast-store";
import { t } from "@/server/kernel/words";

/** Contain, try again, release; after each the incident and what it contains are asked again. */
export function useContainment(onDone?: () => void) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const afterwards = <Done>(sentence: (done: Done) => string) => ({
    onSuccess: (done: Done) => {
      for (const key of [trpc.incidents.pathKey(), trpc.containment.pathKey()]) {
        void queries.invalidateQueries({ queryKey: key });
      }
      toast(sentence(done));
      onDone?.();
    },
  });
  return {
    start: useMutation(
      trpc.containment.start.mutationOptions(
        afterwards(({ subject, joined }) =>
          joined
            ? t("{subject} was contained already; what was added is on its way.", { subject })
            : t("New calls of {subject} are refused.", { subject }),
        ),
      ),
    ),
    retry: useMutation(
      trpc.containment.retry.mutationOptions(
        afterwards(({ subject }) => t("Trying again for {subject}.", { subject })),
      ),
    ),
    release: useMutation(
      trpc.containment.release.mutationOptions(
        afterwards(({ subject, stillHeld }) =>
          stillHeld > 0
            ? t("{subject} is let go here and still stopped by another incident.", { subject })
            : t("{subject} calls again.", { subject }),
        ),
      ),
    ),
  };
}
