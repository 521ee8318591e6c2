"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import { toast } from "@/components/ui/toast-store";

const many = (count: number): string => (count === 1 ? "Incident" : `${count} incidents`);

/** The changes of an incident; after each the lists are asked again, and a toast says what is true now. */
export function useIncident(onDone?: () => void) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const saying = <Done>(sentence: (done: Done) => string | undefined) => ({
    onSuccess: (done: Done) => {
      void queries.invalidateQueries({ queryKey: trpc.incidents.pathKey() });
      const said = sentence(done);
      if (said) toast(said);
      onDone?.();
    },
  });
  return {
    open: useMutation(trpc.incidents.open.mutationOptions(saying(({ number }) => `Incident ${number} is open.`))),
    take: useMutation(
      trpc.incidents.acknowledge.mutationOptions(saying(({ number }) => `Incident ${number} is yours.`)),
    ),
    move: useMutation(
      trpc.incidents.move.mutationOptions(saying(({ number, state }) => `Incident ${number} is ${state}.`)),
    ),
    rate: useMutation(trpc.incidents.setSeverity.mutationOptions(saying(() => undefined))),
    assign: useMutation(trpc.incidents.assign.mutationOptions(saying(() => undefined))),
    comment: useMutation(trpc.incidents.comment.mutationOptions(saying(() => undefined))),
    merge: useMutation(
      trpc.incidents.merge.mutationOptions(saying(({ number }) => `It is part of incident ${number} now.`)),
    ),
    mergeMany: useMutation(
      trpc.incidents.mergeMany.mutationOptions(
        saying(
          ({ number, merged }) => `${merged.length} incidents are part of ${number} now. U in one takes it out again.`,
        ),
      ),
    ),
    snooze: useMutation(
      trpc.incidents.snooze.mutationOptions(
        saying(({ count, until }) => (until ? `${many(count)} put off.` : `${many(count)} brought back.`)),
      ),
    ),
    unmerge: useMutation(
      trpc.incidents.unmerge.mutationOptions(saying(({ number }) => `Incident ${number} stands for itself.`)),
    ),
  };
}
