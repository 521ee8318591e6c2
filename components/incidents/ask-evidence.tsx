"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";

import { useTRPC } from "@/components/api/client";
import { refusalOf } from "@/components/api/refusal";
import { useScope } from "@/components/shell/scope";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { FormEnd } from "@/components/ui/form-end";
import { toast } from "@/components/ui/toast-store";
import { checks, useFields } from "@/components/ui/use-fields";
import { msg, t } from "@/server/kernel/words";

type Props = Readonly<{ incidentId: string; onClose: () => void }>;

/** Asks for a snapshot of what is true now. */
export function AskEvidence({ incidentId, onClose }: Props) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { problems, read } = useFields({ reason: checks.filled(msg("A reason is missing.")) });
  const ask = useMutation(
    trpc.evidence.ask.mutationOptions({
      onSuccess: () => {
        void queries.invalidateQueries({ queryKey: trpc.incidents.pathKey() });
        void queries.invalidateQueries({ queryKey: trpc.evidence.pathKey() });
        toast(t("Evidence is being taken."));
        onClose();
      },
    }),
  );

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = read(event.currentTarget);
    if (values) ask.mutate({ tenantSlug, incidentId, reason: values.reason });
  }

  return (
    <Dialog onClose={onClose} title={t("Take evidence")}>
      <form className="grid gap-4" noValidate onSubmit={submit}>
        <p className="text-ink-2">
          {t(
            "Live channels, registrations, a day of security events, calls, holds, ledger and audit trail, and the configuration, as they are now. Nothing can change it afterwards.",
          )}
        </p>
        <Field
          data-first=""
          hint={t("It stands in the manifest.")}
          label={t("Why")}
          maxLength={500}
          name="reason"
          problem={problems.reason}
        />
        <FormEnd
          busy={ask.isPending && t("Asking…")}
          onCancel={onClose}
          refusal={ask.error ? refusalOf(ask.error) : undefined}
          submit={t("Take it")}
        />
      </form>
    </Dialog>
  );
}
