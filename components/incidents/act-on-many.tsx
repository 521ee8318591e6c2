"use client";

import { useQuery } from "@tanstack/react-query";
import type { FormEvent } from "react";

import { useTRPC } from "@/components/api/client";
import type { IncidentRow } from "@/components/api/outputs";
import { refusalOf } from "@/components/api/refusal";
import { DismissForm } from "@/components/incidents/dismiss-form";
import { moveText, severityChoices } from "@/components/incidents/incident-words";
import { ManyResults } from "@/components/incidents/many-results";
import { useMany } from "@/components/incidents/use-many";
import { useScope } from "@/components/shell/scope";
import { Dialog } from "@/components/ui/dialog";
import { FormEnd } from "@/components/ui/form-end";
import { type Choice, Select } from "@/components/ui/select";
import type { Severity } from "@/server/domain/incidents/incident.schema";
import { type Message, msg, say, t } from "@/server/kernel/words";

export type ManyAct = "assign" | "rate" | "dismiss";
type Rows = readonly IncidentRow[];
type Props = Readonly<{
  act: ManyAct;
  rows: Rows;
  onClose: () => void;
  /** When it was done, and not when somebody thought better of it. */
  onDone: () => void;
}>;

const titles: Readonly<Record<ManyAct, Message>> = {
  assign: msg("Give {n, plural, one {# incident} other {# incidents}} to somebody"),
  rate: msg("Set the severity of {n, plural, one {# incident} other {# incidents}}"),
  dismiss: msg("Dismiss {n, plural, one {# incident} other {# incidents}}"),
};

/** Asks what is to be done to all that are chosen, does it to each, and says what became of each. */
export function ActOnMany({ act, rows, onClose, onDone }: Props) {
  const { tenantSlug } = useScope();
  const many = useMany();
  const incidentIds = rows.map(({ id }) => id);
  const doing = { assign: many.assign, rate: many.rate, dismiss: many.dismiss }[act];
  const common = {
    busy: doing.isPending && t("incident|Moving…"),
    refusal: doing.error ? refusalOf(doing.error) : undefined,
    onCancel: onClose,
  };
  const title = say(titles[act], { n: rows.length });
  if (many.results) return <ManyResults onClose={onDone} results={many.results} rows={rows} title={title} />;
  return (
    <Dialog onClose={onClose} title={title}>
      {act === "dismiss" && (
        <DismissForm
          {...common}
          onReason={(reason, text) =>
            many.dismiss.mutate({ tenantSlug, incidentIds, reason, ...(text ? { text } : {}) })
          }
          submit={moveText("dismissed")}
        />
      )}
      {act === "rate" && (
        <ChooseOne
          {...common}
          choices={severityChoices()}
          label={t("Severity")}
          onChosen={(severity) => many.rate.mutate({ tenantSlug, incidentIds, severity: severity as Severity })}
          submit={t("Set the severity")}
        />
      )}
      {act === "assign" && (
        <ChooseOwner
          {...common}
          onChosen={(owner) => many.assign.mutate({ tenantSlug, incidentIds, ownerId: owner || null })}
        />
      )}
    </Dialog>
  );
}

type End = Omit<Parameters<typeof FormEnd>[0], "submit">;
type Choosing = End & Readonly<{ onChosen: (value: string) => void }>;

function ChooseOwner(props: Choosing) {
  const { tenantSlug } = useScope();
  const owners = useQuery(useTRPC().incidents.owners.queryOptions({ tenantSlug }));
  const people = (owners.data ?? []).map(({ id, name }) => ({ value: id as string, label: name }));
  return (
    <ChooseOne
      {...props}
      choices={[...people, { value: "", label: t("Nobody") }]}
      label={t("Owner")}
      submit={t("Set the owner")}
    />
  );
}

function ChooseOne({
  label,
  choices,
  submit,
  onChosen,
  ...end
}: Choosing & Readonly<{ label: string; choices: readonly Choice[]; submit: string }>) {
  function send(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    onChosen(String(new FormData(event.currentTarget).get("value") ?? ""));
  }
  return (
    <form className="grid gap-4" noValidate onSubmit={send}>
      <Select choices={choices} data-first="" label={label} name="value" />
      <FormEnd {...end} submit={submit} />
    </form>
  );
}
