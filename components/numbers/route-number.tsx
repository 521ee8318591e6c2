"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

import { useTRPC } from "@/components/api/client";
import type { NumberRow } from "@/components/api/outputs";
import { refusalOf } from "@/components/api/refusal";
import { ExtensionField } from "@/components/extensions/extension-field";
import { useScope } from "@/components/shell/scope";
import { Dialog } from "@/components/ui/dialog";
import { FormEnd } from "@/components/ui/form-end";
import { toast } from "@/components/ui/toast-store";

/** Its holder says at which extension a number rings; the next call follows it. */
export function RouteNumber({ number, onClose }: Readonly<{ number: NumberRow; onClose: () => void }>) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [extensionId, setExtensionId] = useState<string | undefined>(number.extension?.id);
  const route = useMutation(
    trpc.numbers.route.mutationOptions({
      onSuccess: () => {
        void queries.invalidateQueries({ queryKey: trpc.numbers.pathKey() });
        toast("The next call rings there.");
        onClose();
      },
    }),
  );

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    route.mutate({ tenantSlug, did: number.number, extensionId: extensionId ?? null });
  }

  return (
    <Dialog onClose={onClose} title={`Where ${number.formatted} rings`}>
      <form className="grid gap-4" noValidate onSubmit={submit}>
        <ExtensionField
          hint="All phones of the extension ring. Nowhere: callers hear that the number is not in service."
          label="Extension"
          name="extensionId"
          onValue={setExtensionId}
          placeholder="Nowhere"
          value={extensionId}
        />
        <FormEnd
          busy={route.isPending && "Saving…"}
          onCancel={onClose}
          refusal={route.error ? refusalOf(route.error) : undefined}
          submit="Save"
        />
      </form>
    </Dialog>
  );
}
