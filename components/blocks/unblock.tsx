"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import { refusalOf } from "@/components/api/refusal";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { ErrorState } from "@/components/ui/error-state";
import { toast } from "@/components/ui/toast-store";
import { t } from "@/server/kernel/words";

/** Lets an address of one's own in again; asks who one is first, when that was said long ago. */
export function Unblock({ network }: Readonly<{ network: string }>) {
  const { tenantSlug, can } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const unblock = useMutation(
    trpc.bans.unblock.mutationOptions({
      onSuccess: ({ lifted }) =>
        toast(
          lifted
            ? t("{network} is let in again. The next try counts anew.", { network })
            : t("{network} is not blocked any more.", { network }),
        ),
      onSettled: async () => {
        await queries.invalidateQueries({ queryKey: trpc.bans.pathKey() });
        await queries.invalidateQueries({ queryKey: trpc.extensions.connectSteps.pathKey() });
      },
    }),
  );
  if (!can("extensions.write")) return null;
  return (
    <span className="mt-1 grid justify-items-start gap-2">
      <Button
        aria-label={t("Unblock {what}", { what: network })}
        busy={unblock.isPending && t("Unblocking…")}
        onClick={() => unblock.mutate({ tenantSlug, sender: network })}
      >
        {t("Unblock")}
      </Button>
      {unblock.error && <ErrorState {...refusalOf(unblock.error)} />}
    </span>
  );
}
