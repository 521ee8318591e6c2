"use client";

import { useMutation } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import { refusalOf } from "@/components/api/refusal";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { toast } from "@/components/ui/toast-store";
import { t } from "@/server/kernel/words";

type Props = Readonly<{ extensionId: string; look?: "plain" | "primary" }>;

/** Rings the phone beside whoever presses it: picked up, it plays back what is said, and so proves both ways of the sound. */
export function CallEcho({ extensionId, look = "plain" }: Props) {
  const { tenantSlug, can } = useScope();
  const { mutate, isPending } = useMutation(
    useTRPC().extensions.callEcho.mutationOptions({
      onSuccess: () => toast(t("The phone rings now. Pick it up and speak: you hear yourself.")),
      onError: (error) => {
        const { title, next } = refusalOf(error);
        toast(`${title} ${next}`, { tone: "bad" });
      },
    }),
  );
  if (!can("extensions.write")) return null;
  return (
    <Button busy={isPending && t("Asking…")} look={look} onClick={() => mutate({ tenantSlug, extensionId })}>
      {t("Call the echo test")}
    </Button>
  );
}
