"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";

import { useTRPC } from "@/components/api/client";
import type { NumberRow } from "@/components/api/outputs";
import { refusalOf } from "@/components/api/refusal";
import { Receiver } from "@/components/numbers/receiver";
import { useScope } from "@/components/shell/scope";
import { Dialog } from "@/components/ui/dialog";
import { FormEnd } from "@/components/ui/form-end";
import { toast } from "@/components/ui/toast-store";
import { checks, useFields } from "@/components/ui/use-fields";
import { msg, t } from "@/server/kernel/words";

/** Hands a number to a tenant below, which then says where it rings. */
export function GiveNumber({ number, onClose }: Readonly<{ number: NumberRow; onClose: () => void }>) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const form = useFields({ toTenantSlug: checks.filled(msg("The tenant is missing.")) });
  const give = useMutation(
    trpc.numbers.give.mutationOptions({
      onSuccess: () => {
        void queries.invalidateQueries({ queryKey: trpc.numbers.pathKey() });
        toast(t("{number} is given.", { number: number.formatted }));
        onClose();
      },
    }),
  );

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = form.read(event.currentTarget);
    if (values) give.mutate({ tenantSlug, did: number.number, toTenantSlug: values.toTenantSlug });
  }

  return (
    <Dialog onClose={onClose} title={t("Give {number}", { number: number.formatted })}>
      <form className="grid gap-4" noValidate onSubmit={submit}>
        <Receiver placeholder={t("Choose a tenant")} />
        <FormEnd
          busy={give.isPending && t("Giving…")}
          onCancel={onClose}
          refusal={give.error ? refusalOf(give.error) : undefined}
          submit={t("Give number")}
        />
      </form>
    </Dialog>
  );
}
