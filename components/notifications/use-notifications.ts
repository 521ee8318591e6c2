"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import { toast } from "@/components/ui/toast-store";

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
    add: useMutation(of.add.mutationOptions(saying(() => "Told from now on."))),
    remove: useMutation(of.remove.mutationOptions(saying(({ address }) => `${address} is not told any more.`))),
    rotate: useMutation(of.rotate.mutationOptions(saying(() => undefined))),
    test: useMutation(of.test.mutationOptions(saying(({ address }) => `A test goes to ${address}.`))),
    sendAgain: useMutation(of.sendAgain.mutationOptions(saying(() => "It goes again."))),
  };
}
