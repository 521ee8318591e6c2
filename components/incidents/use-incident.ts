"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import { stateWords } from "@/components/incidents/incident-words";
import { toast } from "@/components/ui/toast-store";
import { withinText } from "@/components/words/within";
import { t } from "@/server/kernel/words";

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
    open: useMutation(
      trpc.incidents.open.mutationOptions(saying(({ number }) => t("Incident {number} is open.", { number }))),
    ),
    take: useMutation(
      trpc.incidents.acknowledge.mutationOptions(saying(({ number }) => t("Incident {number} is yours.", { number }))),
    ),
    move: useMutation(
      trpc.incidents.move.mutationOptions(
        saying(({ number, state }) =>
          t("Incident {number} is {state}.", { number, state: withinText(stateWords(state).word) }),
        ),
      ),
    ),
    rate: useMutation(trpc.incidents.setSeverity.mutationOptions(saying(() => undefined))),
    assign: useMutation(trpc.incidents.assign.mutationOptions(saying(() => undefined))),
    comment: useMutation(trpc.incidents.comment.mutationOptions(saying(() => undefined))),
    merge: useMutation(
      trpc.incidents.merge.mutationOptions(
        saying(({ number }) => t("It is part of incident {number} now.", { number })),
      ),
    ),
    mergeMany: useMutation(
      trpc.incidents.mergeMany.mutationOptions(
        saying(({ number, merged }) =>
          t(
            "{n, plural, one {# incident is} other {# incidents are}} part of {number} now. U in one takes it out again.",
            { n: merged.length, number },
          ),
        ),
      ),
    ),
    snooze: useMutation(
      trpc.incidents.snooze.mutationOptions(
        saying(({ count, until }) =>
          until
            ? t("{count, plural, =1 {Incident} one {# incident} other {# incidents}} put off.", { count })
            : t("{count, plural, =1 {Incident} one {# incident} other {# incidents}} brought back.", { count }),
        ),
      ),
    ),
    unmerge: useMutation(
      trpc.incidents.unmerge.mutationOptions(
        saying(({ number }) => t("Incident {number} stands for itself.", { number })),
      ),
    ),
  };
}
