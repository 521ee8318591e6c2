"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";

import { useTRPC } from "@/components/api/client";
import type { NumberRow } from "@/components/api/outputs";
import { refusalOf } from "@/components/api/refusal";
import { useScope } from "@/components/shell/scope";
import { Dialog } from "@/components/ui/dialog";
import { FormEnd } from "@/components/ui/form-end";
import { Select } from "@/components/ui/select";
import { Skeleton } from "@/components/ui/skeleton";
import { toast } from "@/components/ui/toast-store";

/** Its holder says at which extension a number rings; the next call follows it. */
export function RouteNumber({ number, onClose }: Readonly<{ number: NumberRow; onClose: () => void }>) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const extensions = useQuery(trpc.extensions.list.queryOptions({ tenantSlug }));
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
    const chosen = new FormData(event.currentTarget).get("extensionId");
    const extensionId = typeof chosen === "string" && chosen !== "" ? chosen : null;
    route.mutate({ tenantSlug, did: number.number, extensionId });
  }

  const choices = (extensions.data?.items ?? []).map(({ id, number: own, displayName }) => ({
    value: id as string,
    label: `${own} ${displayName}`,
  }));
  return (
    <Dialog onClose={onClose} title={`Where ${number.formatted} rings`}>
      {extensions.isPending ? (
        <Skeleton rows={3} />
      ) : (
        <form className="grid gap-4" noValidate onSubmit={submit}>
          <Select
            choices={[{ value: "", label: "Nowhere" }, ...choices]}
            data-first=""
            defaultValue={number.extension?.id ?? ""}
            hint="All phones of the extension ring. Nowhere: callers hear that the number is not in service."
            label="Extension"
            name="extensionId"
          />
          <FormEnd
            busy={route.isPending && "Saving…"}
            onCancel={onClose}
            refusal={route.error ? refusalOf(route.error) : undefined}
            submit="Save"
          />
        </form>
      )}
    </Dialog>
  );
}
