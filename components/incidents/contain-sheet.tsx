"use client";

import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

import { useTRPC } from "@/components/api/client";
import type { IncidentDetail } from "@/components/api/outputs";
import { QueryView } from "@/components/api/query-view";
import { refusalOf } from "@/components/api/refusal";
import { ContainLetter } from "@/components/incidents/contain-letter";
import { ContainOffers } from "@/components/incidents/contain-offers";
import { ContainSteps } from "@/components/incidents/contain-steps";
import { OTHER, targetChoices, targetOf, tookText } from "@/components/incidents/contain-words";
import { useContainment } from "@/components/incidents/use-containment";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { FormEnd } from "@/components/ui/form-end";
import { Select } from "@/components/ui/select";
import { optionalSteps } from "@/server/domain/incidents/containment.schema";
import { t } from "@/server/kernel/words";

type Props = Readonly<{ incident: IncidentDetail; onClose: () => void }>;
const SAMPLE = "acme";
type Target = Readonly<{ ofSlug: string; extension?: string }>;

/** Stops the calls of an extension or tenant: what would be done with counts, then what is being done. */
export function ContainSheet({ incident, onClose }: Props) {
  const [doneId, setDoneId] = useState<string>();
  return (
    <Dialog onClose={onClose} size="middle" title={t("Contain, for incident {number}", { number: incident.number })}>
      {doneId ? (
        <Progress containmentId={doneId} incidentId={incident.id} onClose={onClose} />
      ) : (
        <Ask incident={incident} onClose={onClose} onStarted={setDoneId} />
      )}
    </Dialog>
  );
}

function Ask({ incident, onClose, onStarted }: Props & Readonly<{ onStarted: (id: string) => void }>) {
  const choices = targetChoices(incident.subjects);
  const extensions = choices.filter(({ value }) => value.includes(" "));
  const [chosen, choose] = useState(extensions.length === 1 ? (extensions[0]?.value ?? "") : "");
  const [named, setNamed] = useState<Target>();
  const target = chosen === OTHER ? named : chosen === "" ? undefined : targetOf(chosen);
  return (
    <div className="grid gap-4">
      <Select
        choices={[{ value: "", label: t("Choose whose calls") }, ...choices]}
        data-first={target ? undefined : ""}
        label={t("Whose calls")}
        name="target"
        onChange={(event) => choose(event.target.value)}
        value={chosen}
      />
      {chosen === OTHER && <ByName onNamed={setNamed} />}
      {target && (
        <Offer
          incidentId={incident.id}
          key={`${target.ofSlug} ${target.extension}`}
          target={target}
          {...{ onClose, onStarted }}
        />
      )}
    </div>
  );
}

function ByName({ onNamed }: Readonly<{ onNamed: (target: Target) => void }>) {
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const [ofSlug, extension] = ["ofSlug", "extension"].map((name) => String(data.get(name) ?? "").trim());
    if (ofSlug) onNamed(extension ? { ofSlug, extension } : { ofSlug });
  }
  return (
    <form className="flex flex-wrap items-end gap-3" noValidate onSubmit={submit}>
      <Field data-first="" label={t("Tenant")} maxLength={63} name="ofSlug" placeholder={SAMPLE} />
      <Field label={t("Extension")} maxLength={6} name="extension" placeholder={t("all of them")} required={false} />
      <Button type="submit">{t("Look")}</Button>
    </form>
  );
}

type OfferProps = Readonly<{
  incidentId: string;
  target: Target;
  onClose: () => void;
  onStarted: (id: string) => void;
}>;

function Offer({ incidentId, target, onClose, onStarted }: OfferProps) {
  const { tenantSlug } = useScope();
  const { start } = useContainment();
  const [ticked, setTicked] = useState({ rotate: true, notify: true });
  const preview = useQuery(useTRPC().containment.preview.queryOptions({ tenantSlug, incidentId, ...target }));

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const steps = data.getAll("step");
    const text = String(data.get("text") ?? "").trim();
    const asked = {
      ...{ tenantSlug, incidentId, ...target },
      prefixes: data.getAll("prefix").map(String),
      skip: optionalSteps.filter((step) => !steps.includes(step)),
      ...(text ? { text } : {}),
    };
    start.mutate(asked, { onSuccess: ({ id }) => onStarted(id) });
  }

  const look = (event: FormEvent<HTMLFormElement>) => {
    const steps = new FormData(event.currentTarget).getAll("step");
    setTicked({ rotate: steps.includes("rotate"), notify: steps.includes("notify") });
  };
  return (
    <QueryView query={preview}>
      {(found) => (
        <form className="grid gap-4" noValidate onChange={look} onSubmit={submit}>
          <ContainOffers preview={found} />
          {ticked.notify && (
            <ContainLetter {...{ incidentId, target }} replaced={ticked.rotate && found.extensions > 0} />
          )}
          <Field data-first="" label={t("Why")} maxLength={4_000} name="text" required={false} />
          <FormEnd
            busy={start.isPending && t("Containing…")}
            onCancel={onClose}
            refusal={start.error ? refusalOf(start.error) : undefined}
            submit={t("Contain {subject}", { subject: found.subject })}
          />
        </form>
      )}
    </QueryView>
  );
}

const LOOK_EVERY_MS = 700;

/** Each step as it goes; the live stream tells, and a look now and then covers a stream that is away. */
function Progress({
  incidentId,
  containmentId,
  onClose,
}: Readonly<{ incidentId: string; containmentId: string; onClose: () => void }>) {
  const { tenantSlug } = useScope();
  const options = useTRPC().containment.list.queryOptions({ tenantSlug, incidentId });
  const query = useQuery({
    ...options,
    refetchInterval: ({ state }) => {
      const row = state.data?.find(({ id }) => id === containmentId);
      return row && tookText(row) ? false : LOOK_EVERY_MS;
    },
  });
  return (
    <QueryView query={query}>
      {(rows) => {
        const row = rows.find(({ id }) => id === containmentId);
        if (!row) return <p>{t("It is on its way.")}</p>;
        const took = tookText(row);
        return (
          <div className="grid gap-4">
            <ContainSteps containment={row} />
            <div className="flex items-center justify-between gap-4">
              <p aria-live="polite" className={took ? "font-medium text-ok" : "text-ink-2"}>
                {took
                  ? t("{subject}: contained in {took}", { subject: row.subject, took })
                  : t("{subject}: new calls are refused, the rest follows", { subject: row.subject })}
              </p>
              <Button data-first="" look="primary" onClick={onClose}>
                {t("Close")}
              </Button>
            </div>
          </div>
        );
      }}
    </QueryView>
  );
}
