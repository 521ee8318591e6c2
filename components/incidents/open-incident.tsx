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

/** A person saw something that the system did not. */
export function OpenIncident({ onClose }: Readonly<{ onClose: () => void }>) {
  const { tenantSlug } = useScope();
  const { open } = useIncident(onClose);
  const { problems, read } = useFields({
    title: checks.filled("What it is about"),
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
    <Dialog onClose={onClose} title="Open an incident">
      <form className="grid gap-4" noValidate onSubmit={submit}>
        <Field
          data-first=""
          label="What it is about"
          maxLength={200}
          name="title"
          placeholder="Customer reports calls nobody made"
          problem={problems.title}
        />
        <Select choices={severityChoices} defaultValue="medium" label="Severity" name="severity" />
        <Field label="What is known" maxLength={4_000} name="text" required={false} />
        <FormEnd
          busy={open.isPending && "Opening…"}
          onCancel={onClose}
          refusal={open.error ? refusalOf(open.error) : undefined}
          submit="Open it"
        />
      </form>
    </Dialog>
  );
}
