"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import { refusalOf } from "@/components/api/refusal";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { ErrorState } from "@/components/ui/error-state";
import { toast } from "@/components/ui/toast-store";
import { t } from "@/server/kernel/words";

type Props = Readonly<{ list: Readonly<{ id: string; name: string; numbers: number }>; onClose: () => void }>;

/** Asks before a list goes for good: its file may be nowhere else. */
export function DeleteHotList({ list, onClose }: Props) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const remove = useMutation(
    trpc.blocks.deleteHotList.mutationOptions({
      onSuccess: () => {
        void queries.invalidateQueries({ queryKey: trpc.blocks.pathKey() });
        toast(t("{list} is gone; its numbers can be called from the next call on.", { list: list.name }));
        onClose();
      },
    }),
  );
  return (
    <Dialog onClose={onClose} title={t("Delete {name}", { name: list.name })}>
      <div className="grid gap-4">
        <p>
          {t(
            "{count, plural, one {# number} other {# numbers}} can be called again, here and by every tenant below. That cannot be taken back: to stop it for a while, switch the list off instead.",
            { count: list.numbers },
          )}
        </p>
        {remove.error && <ErrorState {...refusalOf(remove.error)} />}
        <div className="flex justify-end gap-2">
          <Button data-first="" onClick={onClose}>
            {t("Keep it")}
          </Button>
          <Button
            busy={remove.isPending && t("Deleting…")}
            look="danger"
            onClick={() => remove.mutate({ tenantSlug, hotListId: list.id })}
          >
            {t("Delete list")}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
