"use client";

import type { FormEvent } from "react";

import { refusalOf } from "@/components/api/refusal";
import { severityChoices } from "@/components/incidents/incident-words";
import { useIncident } from "@/components/incidents/use-incident";
import { useScope } from "@/components/shell/scope";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { FormEnd } from "@/components/ui/form-end";
import { Select } from "@/components/ui/select";
import { checks, useFields } from "@/components/ui/use-fields";
import type { Severity } from "@/server/domain/incidents/incident.schema";
import { msg, t } from "@/server/kernel/words";

type Props = Readonly<{
  onClose: () => void;
  /** What the form begins with. */
  title?: string;
  known?: string;
}>;

/** A person saw something that the system did not. */
export function OpenIncident({ onClose, title, known }: Props) {
  const { tenantSlug } = useScope();
  const { open } = useIncident(onClose);
  const { problems, read } = useFields({
    title: checks.filled(msg("What it is about is missing.")),
    severity: checks.any,
    text: checks.any,
  });

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = read(event.currentTarget);
    if (!values) return;
    const { title, severity, text } = values;
    open.mutate({ tenantSlug, title, severity: severity as Severity, ...(text ? { text } : {}) });
  }

  return (
    <Dialog onClose={onClose} title={t("Open an incident")}>
      <form className="grid gap-4" noValidate onSubmit={submit}>
        <Field
          data-first=""
          defaultValue={title}
          label={t("What it is about")}
          maxLength={200}
          name="title"
          placeholder={t("Customer reports calls nobody made")}
          problem={problems.title}
        />
        <Select choices={severityChoices()} defaultValue="medium" label={t("Severity")} name="severity" />
        <Field defaultValue={known} label={t("What is known")} maxLength={4_000} name="text" required={false} />
        <FormEnd
          busy={open.isPending && t("Opening…")}
          onCancel={onClose}
          refusal={open.error ? refusalOf(open.error) : undefined}
          submit={t("Open it")}
        />
      </form>
    </Dialog>
  );
}
