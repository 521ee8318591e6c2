"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import { toast } from "@/components/ui/toast-store";
import { t } from "@/server/kernel/words";

/** What can be changed about retention; after each the page is asked again, and a toast says what counts now. */
export function useRetention(onDone?: () => void) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const saying = <Done>(sentence: (done: Done) => string) => ({
    onSuccess: (done: Done) => {
      void queries.invalidateQueries({ queryKey: trpc.retention.pathKey() });
      toast(sentence(done));
      onDone?.();
    },
  });
  const counts = ({ action, days }: { action: string; days: number }) =>
    action === "keep"
      ? t("It is kept.")
      : t("It counts from now on: {n, plural, one {# day} other {# days}}.", { n: days });
  return {
    set: useMutation(trpc.retention.set.mutationOptions(saying(counts))),
    inherit: useMutation(trpc.retention.inherit.mutationOptions(saying(counts))),
    run: useMutation(
      trpc.retention.run.mutationOptions(saying(() => t("Asked; receipts appear below as tenants are done."))),
    ),
  };
}
