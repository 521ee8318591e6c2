"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import { reviewAs } from "@/components/incidents/review-draft";
import { toast } from "@/components/ui/toast-store";
import { t } from "@/server/kernel/words";

/** The changes of reviews and follow-ups; after each what shows them is asked again. */
export function useReview() {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const again = () => {
    void queries.invalidateQueries({ queryKey: trpc.incidentReviews.pathKey() });
    void queries.invalidateQueries({ queryKey: trpc.incidents.pathKey() });
  };
  return {
    save: useMutation(
      trpc.incidentReviews.save.mutationOptions({
        onSuccess: (done, { tenantSlug, ...asked }) => {
          // What nobody looks at is not asked for again, and the next form must not begin with what was there before.
          const key = trpc.incidentReviews.get.queryKey({ tenantSlug, incidentId: asked.incidentId });
          queries.setQueryData(key, (review) => review && reviewAs(review, asked, done));
          again();
        },
      }),
    ),
    finish: useMutation(
      trpc.incidents.move.mutationOptions({
        onSuccess: ({ number }) => {
          again();
          toast(t("The review of incident {number} is finished.", { number }));
        },
      }),
    ),
    tick: useMutation(trpc.incidentReviews.setDone.mutationOptions({ onSuccess: again })),
  };
}
