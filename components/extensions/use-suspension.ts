"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import type { ExtensionRow } from "@/components/api/outputs";
import { refusalOf } from "@/components/api/refusal";
import { useScope } from "@/components/shell/scope";
import { toast } from "@/components/ui/toast-store";
import { t } from "@/server/kernel/words";

type Named = Pick<ExtensionRow, "id" | "number">;

/** Suspends and resumes at once, with the way back in the toast instead of a question before. */
export function useSuspension() {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const settled = {
    onSettled: () => queries.invalidateQueries({ queryKey: trpc.extensions.pathKey() }),
    onError: (error: unknown) => {
      const { title, next } = refusalOf(error);
      toast(`${title} ${next}`, { tone: "bad" });
    },
  };
  const suspending = useMutation(trpc.extensions.suspend.mutationOptions(settled));
  const resuming = useMutation(trpc.extensions.resume.mutationOptions(settled));

  const resume = ({ id, number }: Named): void =>
    resuming.mutate(
      { tenantSlug, extensionId: id },
      { onSuccess: () => toast(t("Extension {number} may call again.", { number })) },
    );

  const suspend = ({ id, number }: Named): void =>
    suspending.mutate(
      { tenantSlug, extensionId: id },
      {
        onSuccess: () =>
          toast(t("Extension {number} suspended. It can still dial emergency numbers.", { number }), {
            undo: () => resume({ id, number }),
          }),
      },
    );

  return { suspend, resume, busy: suspending.isPending || resuming.isPending };
}
