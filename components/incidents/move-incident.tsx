"use client";

import type { FormEvent } from "react";

import type { IncidentDetail } from "@/components/api/outputs";
import { refusalOf } from "@/components/api/refusal";
import { moveText } from "@/components/incidents/incident-words";
import { useIncident } from "@/components/incidents/use-incident";
import { useScope } from "@/components/shell/scope";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { FormEnd } from "@/components/ui/form-end";
import { checks, useFields } from "@/components/ui/use-fields";
import type { IncidentState } from "@/server/domain/incidents/incident.schema";
import { msg, t } from "@/server/kernel/words";

type Props = Readonly<{ incident: IncidentDetail; state: IncidentState; onClose: () => void }>;

/** Moves an incident with a reason, which stays in its timeline. */
export function MoveIncident({ incident, state, onClose }: Props) {
  const { tenantSlug } = useScope();
  const { move } = useIncident(onClose);
  const { problems, read } = useFields({ text: checks.filled(msg("A reason is missing.")) });

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = read(event.currentTarget);
    if (values) move.mutate({ tenantSlug, incidentId: incident.id, state, text: values.text });
  }

  return (
    <Dialog
      onClose={onClose}
      title={t("{move}: incident {number}", { move: moveText(state), number: incident.number })}
    >
      <form className="grid gap-4" noValidate onSubmit={submit}>
        <Field
          data-first=""
          hint={t("Whoever reads it later was not there.")}
          label={state === "resolved" ? t("How it was resolved") : t("Why")}
          maxLength={4_000}
          name="text"
          problem={problems.text}
        />
        <FormEnd
          busy={move.isPending && t("incident|Moving…")}
          onCancel={onClose}
          refusal={move.error ? refusalOf(move.error) : undefined}
          submit={moveText(state)}
        />
      </form>
    </Dialog>
  );
}
