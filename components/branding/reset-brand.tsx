"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import type { FormEvent } from "react";

import { useTRPC } from "@/components/api/client";
import { refusalOf } from "@/components/api/refusal";
import { useScope } from "@/components/shell/scope";
import { Dialog } from "@/components/ui/dialog";
import { FormEnd } from "@/components/ui/form-end";
import { toast } from "@/components/ui/toast-store";
import { t } from "@/server/kernel/words";

/** Says what ends with the brand, then takes it away. */
export function ResetBrand({ onClose }: Readonly<{ onClose: () => void }>) {
  const { tenantSlug, brand } = useScope();
  const queries = useQueryClient();
  const router = useRouter();
  const reset = useMutation(
    useTRPC().branding.reset.mutationOptions({
      onSuccess: async () => {
        await queries.invalidateQueries();
        router.refresh();
        toast(t("Branding reset."));
        onClose();
      },
    }),
  );
  function submit(event: FormEvent) {
    event.preventDefault();
    reset.mutate({ tenantSlug });
  }
  return (
    <Dialog onClose={onClose} title={t("Reset branding")}>
      <form className="grid gap-4" onSubmit={submit}>
        <p className="text-ink-2">
          {t(
            "The name {name}, the logo, the colour, the sender of mail and the host name are taken away. Everybody below you sees the brand of the tenant above you from then on, and who came in by your host name signs in by the portal's own.",
            { name: brand?.name ?? "" },
          )}
        </p>
        <FormEnd
          busy={reset.isPending && t("Resetting…")}
          onCancel={onClose}
          refusal={reset.error ? refusalOf(reset.error) : undefined}
          submit={t("Reset branding")}
        />
      </form>
    </Dialog>
  );
}
