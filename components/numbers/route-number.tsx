"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

import { useTRPC } from "@/components/api/client";
import type { NumberRow } from "@/components/api/outputs";
import { refusalOf } from "@/components/api/refusal";
import { useSeen } from "@/components/api/use-seen";
import { ExtensionField } from "@/components/extensions/extension-field";
import { useScope } from "@/components/shell/scope";
import { Dialog } from "@/components/ui/dialog";
import { FormEnd } from "@/components/ui/form-end";
import { toast } from "@/components/ui/toast-store";
import { t } from "@/server/kernel/words";

/** Its holder says at which extension a number rings; the next call follows it. */
export function RouteNumber({ number, onClose }: Readonly<{ number: NumberRow; onClose: () => void }>) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [extensionId, setExtensionId] = useState<string | undefined>(number.extension?.id);
  const { seen, told } = useSeen({ extension: number.extension?.number ?? null });
  const route = useMutation(
    trpc.numbers.route.mutationOptions({
      onSuccess: () => {
        void queries.invalidateQueries({ queryKey: trpc.numbers.pathKey() });
        toast(t("The next call rings there."));
        onClose();
      },
      onError: told,
    }),
  );

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    route.mutate({ tenantSlug, did: number.number, extensionId: extensionId ?? null, seen });
  }

  return (
    <Dialog onClose={onClose} title={t("Where {number} rings", { number: number.formatted })}>
      <form className="grid gap-4" noValidate onSubmit={submit}>
        <ExtensionField
          hint={t("All phones of the extension ring. Nowhere: callers hear that the number is not in service.")}
          label={t("Extension")}
          name="extensionId"
          onValue={setExtensionId}
          placeholder={t("Nowhere")}
          value={extensionId}
        />
        <FormEnd
          busy={route.isPending && t("Saving…")}
          onCancel={onClose}
          refusal={route.error ? refusalOf(route.error) : undefined}
          submit={t("Save")}
        />
      </form>
    </Dialog>
  );
}
