"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import { toast } from "@/components/ui/toast-store";
import { t } from "@/server/kernel/words";

/** The changes of who is told; after each the lists are asked again, and a toast says what is true now. */
export function useNotifications() {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const saying = <Done>(sentence: (done: Done) => string | undefined) => ({
    onSuccess: (done: Done) => {
      void queries.invalidateQueries({ queryKey: trpc.notifications.pathKey() });
      const said = sentence(done);
      if (said) toast(said);
    },
  });
  const of = trpc.notifications;
  return {
    add: useMutation(of.add.mutationOptions(saying(() => t("Told from now on.")))),
    remove: useMutation(
      of.remove.mutationOptions(saying(({ address }) => t("{address} is not told any more.", { address }))),
    ),
    rotate: useMutation(of.rotate.mutationOptions(saying(() => undefined))),
    test: useMutation(of.test.mutationOptions(saying(({ address }) => t("A test goes to {address}.", { address })))),
    sendAgain: useMutation(of.sendAgain.mutationOptions(saying(() => t("It goes again.")))),
  };
}
